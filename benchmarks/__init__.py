"""Speed and memory at full size: `make bench`. Never run by the tests."""
