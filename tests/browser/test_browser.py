"""What a person does: look in either theme on either screen, filter, follow a link, drill down, download."""

import csv
import io
import re
import urllib.error
import urllib.request
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, TimeoutError, expect
from python_calamine import CalamineWorkbook

from browser.conftest import NARROW, WIDE, act, serve, settle
from dashboard.parts.headers import HEADERS
from etl.publish import Warehouse

pytestmark = pytest.mark.browser
PATHS = {
    "/": "Today",
    "/response_and_resolution": "Response and resolution",
    "/response_and_resolution?clock=Resolution": "Response and resolution",
    "/response_and_resolution?clock=Open+tickets": "Response and resolution",
    "/load": "Load",
    "/queue_and_deferred": "Queue and deferred",
    "/auto_closes": "Auto-closes",
    "/eligibility": "Eligibility",
    "/banned_clients": "Banned clients",
    "/terms?clause=1.2": "Terms",
    "/what_if?number=1.2+Inside+the+support+period%3A+months&coverage.months=12": "What if",
    "/duplicates_and_bursts?period=Everything+loaded": "Duplicates and bursts",
    "/data_quality": "Data quality",
    "/names_and_addresses": "Names and addresses",
    "/tickets?is_open=true": "Tickets",
    "/findings?rule=conduct": "Findings",
    "/ticket?ticket=12392": "Ticket 12392",
    "/client?client=chidi.tanaka%40example.net": "Chidi Tanaka",
    "/client?client=chidi.tanka%40example.net": "Client",
}

# Everything that stands out of the window, or out of a box that hides what stands out of it. Tabs are scrolled.
OVERFLOWING = """() => {
    const found = [];
    const scroller = document.scrollingElement;
    if (scroller.scrollWidth > innerWidth) found.push(`the page is ${scroller.scrollWidth} wide`);
    const main = document.querySelector('[data-testid="stMain"]');
    if (main.scrollWidth > main.clientWidth) found.push(`the main part is ${main.scrollWidth} wide`);
    const edge = document.querySelector('[data-testid="stMainBlockContainer"]').getBoundingClientRect().right;
    for (const e of main.querySelectorAll('[data-testid="stMainBlockContainer"] *')) {
        const box = e.getBoundingClientRect();
        if (!box.width || !e.checkVisibility() || e.closest('[data-testid="stDataFrame"], [role="tablist"]')) continue;
        if (box.right > edge + 1) found.push(`${e.tagName} ${e.dataset.testid ?? ''} ${e.textContent.slice(0, 40)}`);
    }
    for (const e of main.querySelectorAll('[data-testid="stMetric"] *, [data-testid="stPageLink"] *, h1, h2, h3, button *')) {
        if (!e.checkVisibility() || e.closest('svg')) continue;
        if (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== 'visible' && e.clientWidth)
            found.push(`cut: ${e.tagName} ${e.textContent.slice(0, 40)}`);
    }
    for (const svg of main.querySelectorAll('svg.marks')) {
        const box = svg.getBoundingClientRect();
        for (const text of svg.querySelectorAll('text')) {
            const inner = text.getBoundingClientRect();
            if (inner.width && (inner.right > box.right + 1 || inner.left < box.left - 1 || inner.bottom > box.bottom + 1))
                found.push(`cut in a chart: ${text.textContent}`);
        }
    }
    return found;
}"""


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def nothing_stands_out(page: Page) -> None:
    """Wait until the charts are drawn anew for a theme or a width, then see that all of the page is inside it."""
    page.evaluate("() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    settle(page)
    try:
        page.wait_for_function(f"() => ({OVERFLOWING})().length === 0", timeout=10_000)
    except TimeoutError:
        assert page.evaluate(OVERFLOWING) == []


@pytest.mark.parametrize("path", PATHS)
def test_a_page_opens_in_both_themes_and_widths_and_nothing_stands_out_of_it(path, visit):
    page = visit(path)
    heading(page, PATHS[path])
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", "rgb(255, 255, 255)")
    nothing_stands_out(page)

    page.emulate_media(color_scheme="dark")
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", "rgb(18, 23, 27)")
    nothing_stands_out(page)

    page.set_viewport_size(NARROW)
    expect(page.locator("[data-testid=stDataFrame]:visible")).to_have_count(0)
    nothing_stands_out(page)
    for table in page.locator("[data-testid=stTable]:visible").all():
        assert table.locator("th").count() <= 3


def test_the_menu_leads_to_every_page(visit):
    page = visit("/response_and_resolution")
    for group, entry in (
        ("Support", "Auto-closes"),
        ("Terms", "Eligibility"),
        ("Terms", "Banned clients"),
        ("Data", "Data quality"),
        ("Support", "Response and resolution"),
    ):
        page.get_by_test_id("stTopNavSection").filter(has_text=group).click()
        act(page, page.get_by_role("menuitem", name=entry, exact=True).click)
        heading(page, entry)
    act(page, page.get_by_test_id("stTopNav").get_by_text("Today", exact=True).click)
    heading(page, "Today")


def test_the_menu_opens_on_a_phone(visit):
    page = visit("/auto_closes", size=NARROW)
    page.get_by_test_id("stExpandSidebarButton").click()
    expect(page.get_by_test_id("stSidebar").get_by_text("Period")).to_be_visible()
    act(page, page.get_by_test_id("stSidebar").get_by_role("link", name="Eligibility").click)
    heading(page, "Eligibility")


def tickets(page: Page) -> int:
    """Return the n of the caption."""
    text = page.get_by_text(re.compile(r"n\s=\s[\d,]+\stickets")).first.inner_text()
    return int(re.search(r"n\s=\s([\d,]+)\stickets", text)[1].replace(",", ""))


def test_a_filter_narrows_the_numbers_and_stays_with_the_reader(visit):
    page = visit("/")
    everything = tickets(page)
    page.locator(".st-key-product input").click()
    act(page, page.get_by_role("option", name="Gallery Grid", exact=True).click)
    expect(page).to_have_url(re.compile(r"product=Gallery\+Grid"))
    assert 0 < (narrowed := tickets(page)) < everything

    page.keyboard.press("Escape")
    page.get_by_test_id("stTopNavSection").filter(has_text="Support").click()
    act(page, page.get_by_role("menuitem", name="Auto-closes").click)
    heading(page, "Auto-closes")
    expect(page).to_have_url(re.compile(r"product=Gallery\+Grid"))
    assert tickets(page) == narrowed

    # Whoever is sent the link sees the same.
    other = visit(page.url.removeprefix(page.evaluate("location.origin")))
    assert tickets(other) == narrowed


def test_a_link_with_filters_is_followed(visit):
    page = visit("/response_and_resolution?period=Last+26+weeks&channel=email&clock=Resolution")
    expect(page.get_by_role("combobox", name="Period")).to_have_value("Last 26 weeks")
    expect(page.locator(".st-key-channel")).to_contain_text("email")
    expect(page.get_by_role("tab", name="Resolution")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("heading", name="Resolution, week by week")).to_be_visible()


def test_the_desk_as_it_stood_on_a_day_is_picked_followed_and_left(visit):
    page = visit("/?period=Last+26+weeks")
    newest = tickets(page)
    page.locator(".st-key-stood_on").get_by_role("spinbutton").first.click()
    page.keyboard.type("20260531", delay=20)
    act(page, page.get_by_role("heading", level=1).click)  # the day is taken when its field is left
    banner = page.get_by_text("As it stood on 31 May 2026")
    expect(banner).to_be_visible()
    expect(page.get_by_text("as of 31 May 2026, 23:59 Europe/Vilnius")).to_be_visible()
    expect(page).to_have_url(re.compile(r"stood_on=2026-05-31"))
    assert 0 < tickets(page) < newest

    # A tile, its tickets and one of them are of that day too; so is what another reader sees by the link.
    tile = page.get_by_test_id("stGridCell").filter(has_text="Open")
    open_then = int(tile.first.get_by_test_id("stMetricValue").inner_text())
    act(page, tile.first.get_by_text("Show the tickets").click)
    heading(page, "Tickets")
    expect(page).to_have_url(re.compile(r"stood_on=2026-05-31"))
    assert rows_of(page) == open_then
    other = visit(page.url.removeprefix(page.evaluate("location.origin")), size=NARROW)
    expect(other.get_by_text("As it stood on 31 May 2026")).to_be_visible()
    assert "stood_on=2026-05-31" in other.locator("[data-testid=stTable]:visible a").first.get_attribute("href")
    assert other.evaluate(OVERFLOWING) == []
    page.get_by_role("button", name="Download", exact=True).first.click()
    with page.expect_download() as started:
        page.get_by_test_id("stPopoverBody").get_by_role("button", name="CSV").click()
    page.keyboard.press("Escape")
    assert re.fullmatch(r"tickets_\d{8}T\d+_as_of_20260531T205959\.csv", started.value.suggested_filename)

    act(page, page.get_by_role("button", name="Back to the newest").click)
    expect(banner).to_have_count(0)
    expect(page).not_to_have_url(re.compile("stood_on"))
    act(page, page.get_by_test_id("stTopNav").get_by_text("Today", exact=True).click)
    assert tickets(page) == newest


def rows_of(page: Page) -> int:
    """Return how many rows the line under the first table counts."""
    line = page.locator("[data-testid=stCaptionContainer]", has_text=re.compile(r"^[\d,]+ rows? ·")).first
    return int(line.inner_text().split()[0].replace(",", ""))


def test_a_tile_leads_to_its_tickets(visit):
    page = visit("/?period=Last+26+weeks")
    tile = page.get_by_test_id("stGridCell").filter(has_text="Answers overdue")
    overdue = int(tile.get_by_test_id("stMetricValue").inner_text())
    assert overdue > 0
    act(page, tile.get_by_text("Show the tickets").click)
    heading(page, "Tickets")
    expect(page).to_have_url(re.compile("is_answer_overdue=true"))
    expect(page).to_have_url(re.compile(r"period=Last\+26\+weeks"))
    assert rows_of(page) == overdue


def test_a_bar_leads_to_its_tickets_and_back(visit):
    page = visit("/response_and_resolution")
    chart = page.get_by_test_id("stVegaLiteChart").first
    bar = chart.locator("path[aria-roledescription=bar]").nth(5)
    said = bar.get_attribute("aria-label")
    count = int(re.search(r"\btickets: ([\d,]+)", said)[1].replace(",", ""))
    act(page, bar.click)
    heading(page, "Tickets")
    expect(page).to_have_url(re.compile(r"opened_week_on=\d{4}-\d\d-\d\d"))
    expect(page).to_have_url(re.compile("within=opened_on"))
    assert rows_of(page) == count
    page.go_back()
    heading(page, "Response and resolution")
    settle(page)
    heading(page, "Response and resolution")


def test_a_day_of_closings_leads_to_its_tickets(visit):
    page = visit("/auto_closes")
    bars = page.get_by_test_id("stVegaLiteChart").first.locator("path[aria-roledescription=bar]")
    bar = next(bar for bar in bars.all() if not re.search(r"tickets: 0\b", bar.get_attribute("aria-label")))
    count = int(re.search(r"\btickets: (\d+)", bar.get_attribute("aria-label"))[1])
    act(page, bar.click)
    heading(page, "Tickets")
    expect(page).to_have_url(re.compile(r"auto_close_on=\d{4}-\d\d-\d\d"))
    assert rows_of(page) == count > 0


def test_a_client_is_looked_up_by_address_and_found_by_a_slip_of_it(visit):
    page = visit("/eligibility")
    page.get_by_role("textbox", name="Look up a client by address").fill("Chidi.Tanka@example.net")
    act(page, page.get_by_test_id("stFormSubmitButton").get_by_role("button").click)
    expect(page.get_by_text("Nobody is known in this snapshot by")).to_be_visible()
    act(page, page.get_by_role("button", name="chidi.tanaka@example.net").click)
    expect(page.get_by_text("no support").first).to_be_visible()
    expect(page).to_have_url(re.compile(r"/eligibility\?client=chidi\.tanaka(@|%40)example\.net"))
    act(page, page.get_by_role("link", name="Every condition, purchase and ticket of this client").click)
    heading(page, "Chidi Tanaka")
    act(page, page.locator(".st-key-bought").get_by_text("Form Relay").click)
    conditions = page.locator("[data-testid=stDataFrame]:visible").nth(1)
    expect(conditions.locator("table tbody tr").first).to_contain_text("purchase P20096")
    # The way back leads back.
    page.go_back()
    heading(page, "Eligibility")
    settle(page)
    expect(page.get_by_text("no support").first).to_be_visible()


def test_a_client_of_a_table_leads_to_what_they_may_ask_for(visit):
    page = visit("/eligibility", size=NARROW)
    link = page.locator(".st-key-narrow_eligibility_today a").first
    other = visit(re.sub(r"^https?://[^/]+", "", link.get_attribute("href")), size=NARROW)
    heading(other, link.inner_text())
    expect(other.get_by_role("heading", name="Every condition of support")).to_be_visible()


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus."""
    for _ in range(120):
        if target.evaluate("e => e === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("no number of tabs leads there")


def test_a_bar_and_a_row_lead_to_their_tickets_by_keyboard_alone(visit):
    page = visit("/response_and_resolution")
    label = page.get_by_test_id("stVegaLiteChart").first.locator("path[aria-roledescription=bar]").nth(5)
    said = label.get_attribute("aria-label")
    week, count = re.search(r"week from Monday: ([^;]+)", said)[1], re.search(r"\btickets: ([\d,]+)", said)[1]
    band = re.search(r"tickets that are: ([^;]+)", said)[1]
    tab_to(page, page.locator("[class*=st-key-foot_] button", has_text="Tickets").first)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("combobox", name="Tickets of"))
    page.keyboard.type(f"{week}, {band}")
    act(page, lambda: page.keyboard.press("Enter"))
    heading(page, "Tickets")
    assert rows_of(page) == int(count.replace(",", ""))

    ticket = page.locator("[data-testid=stTable] a").first.text_content()
    tab_to(page, page.locator("[class*=st-key-foot_tickets] button", has_text="Tickets"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("combobox", name="Ticket", exact=True))
    page.keyboard.type(ticket)
    act(page, lambda: page.keyboard.press("Enter"))
    heading(page, f"Ticket {ticket}")


def test_a_cell_of_the_terms_leads_to_its_findings(visit):
    page = visit("/terms")
    chart = page.get_by_test_id("stVegaLiteChart").first
    cell = chart.locator("path[aria-roledescription=bar][aria-label*='verdict: not met']").first
    said = cell.get_attribute("aria-label")
    count = int(re.search(r"\bfindings: ([\d,]+)", said)[1].replace(",", ""))
    act(page, cell.click)
    heading(page, "Tickets")
    expect(page).to_have_url(re.compile(r"rule=\w+&verdict=fail&opened_month_on=\d{4}-\d\d-01"))
    assert rows_of(page) == count


def test_twelve_months_for_six_show_the_tickets_that_would_be_covered(visit):
    page = visit("/what_if")
    expect(page.get_by_text("Choose a number of the terms")).to_be_visible()
    page.get_by_role("combobox", name="Numbers to change").fill("support period: months")
    act(page, page.get_by_role("option", name="1.2 Inside the support period: months").click)
    page.keyboard.press("Escape")  # what lies beside an open list is hidden from whoever cannot see it
    typed = page.get_by_role("textbox", name="Inside the support period: months")
    typed.fill("12")
    act(page, lambda: typed.press("Enter"))
    expect(page.get_by_role("heading", name="Inside the support period, months: 6 → 12")).to_be_visible()
    expect(page).to_have_url(re.compile(r"coverage\.months=12"))
    expect(page.get_by_text("verdicts that would change")).to_be_visible()
    grid = page.locator(".st-key-wide_what_if_changes canvas").first
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    act(page, lambda: page.mouse.click(box["x"] + 490, box["y"] + 52))
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"Ticket \d+"))


def test_a_lower_limit_shows_the_pairs_that_it_would_make(visit):
    page = visit("/duplicates_and_bursts?period=Everything+loaded")
    expect(page.get_by_text("None with a limit of 55 %")).to_be_visible()
    slider = page.get_by_role("slider")
    slider.focus()
    act(page, lambda: page.keyboard.press("Home"))
    expect(page.get_by_text("with a limit of 20 %", exact=False).first).to_be_visible()
    pair = page.locator("[class*=st-key-pair_pairs_new_0]")
    expect(pair.get_by_text("Would be a pair")).to_be_visible()
    act(page, pair.get_by_role("link", name=re.compile("The older: ticket")).click)
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"Ticket \d+"))


def test_a_row_leads_to_its_ticket_and_back_to_the_help_desk(visit):
    page = visit("/tickets?is_answer_overdue=true")
    grid = page.locator("[data-testid=stDataFrame]:visible canvas").first
    # The cells are painted: the second column, the first row under the header.
    box = grid.bounding_box()
    act(page, lambda: page.mouse.click(box["x"] + 330, box["y"] + 52))
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"Ticket \d+"))
    ticket = page.get_by_role("heading", level=1).inner_text().removeprefix("Ticket ")
    link = page.get_by_role("link", name="Open in the help desk")
    expect(link).to_have_attribute("href", f"https://help.example.com/tickets/{ticket}")


def test_a_row_of_a_phone_leads_to_its_ticket(visit):
    page = visit("/tickets?is_answer_overdue=true&period=Last+26+weeks", size=NARROW)
    link = page.locator("[data-testid=stTable]:visible a").first
    ticket = link.inner_text()
    href = link.get_attribute("href")
    assert "period=Last+26+weeks" in href
    other = visit(re.sub(r"^https?://[^/]+", "", href), size=NARROW)
    heading(other, f"Ticket {ticket}")


def test_a_long_table_has_pages(visit):
    page = visit("/tickets?is_open=true")
    rows = rows_of(page)
    assert rows > 25
    pages = page.get_by_test_id("stPagination")
    first = page.locator("[data-testid=stTable] tbody tr").first
    before = first.text_content()
    act(page, pages.get_by_text("2", exact=True).click)
    expect(first).not_to_have_text(before)


def test_what_is_downloaded_is_what_is_on_the_screen(visit):
    page = visit("/banned_clients")
    shown = page.locator("[data-testid=stDataFrame]:visible").first.locator("table tbody tr")
    expect(shown.first).to_be_attached()
    lines = shown.all_text_contents()
    page.get_by_role("button", name="Download").first.click()
    with page.expect_download() as started:
        page.get_by_test_id("stPopoverBody").get_by_role("button", name="CSV").click()
    assert re.fullmatch(r"bans_\d{8}T\d+\.csv", started.value.suggested_filename)
    text = Path(started.value.path()).read_text("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text))
    assert header[:3] == ["Recorded reason", "State", "Client"]
    # The screen holds the rows it has room for; the file holds them all.
    assert len(rows) >= len(lines) > 0
    for row, line in zip(rows, lines, strict=False):
        assert line.startswith("".join(row[:3]))


def test_every_metric_of_the_tickets_on_the_screen_is_a_workbook(visit):
    page = visit("/tickets?is_open=true&product=Gallery+Grid")
    count = rows_of(page)
    page.get_by_role("button", name="Download every metric").click()
    with page.expect_download() as started:
        page.get_by_test_id("stPopoverBody").get_by_role("button", name="Spreadsheet (XLSX)").click()
    assert re.fullmatch(r"ticket_metrics_\d{8}T\d+\.xlsx", started.value.suggested_filename)
    book = CalamineWorkbook.from_path(started.value.path())
    assert book.sheet_names == ["Data", "Definitions"]
    header, *lines = book.get_sheet_by_name("Data").to_python()
    assert len(lines) == count > 0
    assert {line[header.index("is_open")] for line in lines} == {True}
    assert {line[header.index("product_id")] for line in lines} == {"gallery-grid"}
    assert all(isinstance(line[header.index("opened_at")], datetime) for line in lines)
    told = {line[0]: line[1] for line in book.get_sheet_by_name("Definitions").to_python()}
    assert told["Filters"] == "product: Gallery Grid; is_open = true"


def test_a_ticket_is_a_time_line_a_table_and_an_account(visit):
    page = visit("/ticket?ticket=10659")
    line = page.get_by_test_id("stVegaLiteChart").first
    expect(line.locator(".marks")).to_be_visible()
    lanes = line.locator(".role-axis-label text").all_text_contents()
    assert {"client", "desk", "events", "expected by", "turn", "state"} <= set(lanes)
    act(page, page.get_by_text("Up to the first answer", exact=True).click)
    assert line.locator(".role-axis-label text").all_text_contents() != lanes
    page.get_by_text("The time line as a table").click()
    expect(page.get_by_role("cell", name="opened", exact=True)).to_be_visible()
    page.get_by_text("First response (clause 1.5)").click()
    expect(page.get_by_text("THE FIRST ANSWER").first).to_be_visible()


def test_who_asks_for_no_ticket_finds_one(visit):
    page = visit("/ticket?ticket=1065")
    expect(page.get_by_text("No ticket 1065 is in this snapshot.")).to_be_visible()
    page.get_by_label("Number of the ticket").fill("10659")
    act(page, page.get_by_role("button", name="Show it").click)
    heading(page, "Ticket 10659")


def test_a_name_that_is_accepted_counts_once_the_data_is_rebuilt(browser, sample_of_its_own):
    page = browser.new_context(viewport=WIDE).new_page()
    page.set_default_timeout(60_000)
    page.goto(sample_of_its_own + "/tickets?product_id=booking-lantern&period=All")
    settle(page)
    before = rows_of(page)
    page.goto(sample_of_its_own + "/names_and_addresses")
    settle(page)
    expect(page.get_by_text("Booking Lantern plugin")).to_be_visible()
    act(page, page.get_by_role("button", name="The same", exact=True).first.click)
    expect(page.get_by_text("stands for booking-lantern from the next load on")).to_be_visible()
    page.get_by_role("button", name="Rebuild now").click()
    expect(page.get_by_text("Booking Lantern plugin")).to_have_count(0, timeout=60_000)
    settle(page)
    page.goto(sample_of_its_own + "/tickets?product_id=booking-lantern&period=All")
    settle(page)
    assert rows_of(page) == before + 13
    page.context.close()


def test_a_confirmed_ban_is_pending_and_then_published(browser, sample_of_its_own, tmp_path):
    page = browser.new_context(viewport=WIDE).new_page()
    page.set_default_timeout(60_000)
    page.goto(sample_of_its_own + "/banned_clients")
    settle(page)
    banned, for_review = (
        page.get_by_test_id("stMetric").filter(has_text=label).get_by_test_id("stMetricValue")
        for label in ("Banned at present", "For review")
    )
    before = int(banned.inner_text()), int(for_review.inner_text())
    confirm = page.get_by_role("button", name="Confirm the ban").first
    expect(confirm).to_be_disabled()
    name = page.get_by_role("textbox", name="Your name")
    name.fill("Rasa Petkute")
    act(page, lambda: name.press("Enter"))
    with Warehouse(tmp_path / "warehouse").writing():  # so that nothing is published meanwhile
        confirm.click()
        expect(page.get_by_text("1 decision pending, not in the numbers yet: being published.")).to_be_visible()
        expect(page.get_by_text(re.compile("ban confirmed by Rasa Petkute"))).to_be_visible()
        assert (int(banned.inner_text()), int(for_review.inner_text())) == before
    expect(banned).to_have_text(str(before[0] + 1), timeout=60_000)
    expect(for_review).to_have_text(str(before[1] - 1))
    expect(page.get_by_text("not in the numbers yet")).to_have_count(0)
    page.context.close()


def test_a_clause_shows_its_words_reading_and_source(visit):
    page = visit("/response_and_resolution")
    page.get_by_role("button", name="Clause 1.5").first.click()
    words = page.get_by_test_id("stPopoverBody")
    expect(words).to_contain_text("An answer can be expected within one to two business days")
    expect(words).to_contain_text("Read as:")
    expect(words).to_contain_text("Source:")
    expect(words).to_contain_text("Since 1 Jan 2015")


def test_streamlit_s_own_export_is_off(visit):
    page = visit("/banned_clients")
    page.locator("[data-testid=stDataFrame]:visible").first.hover()
    expect(page.get_by_role("button", name="Download as CSV")).to_have_count(0)


def test_days_are_the_desk_s_wherever_the_reader_is(visit):
    """The window stands in Los Angeles: a week that starts on Monday in Vilnius starts on Monday there."""
    page = visit("/response_and_resolution")
    axis = page.get_by_test_id("stVegaLiteChart").first.locator(".role-axis-label text").all_text_contents()
    labels = [
        datetime.strptime(f"{label} 2026", "%d %b %Y") for label in axis if re.fullmatch(r"\d+ [A-Z][a-z]+", label)
    ]
    assert len(labels) > 3
    assert {label.strftime("%A") for label in labels} == {"Monday"}


@pytest.mark.parametrize("path", ["/", "/auto_closes", "/static/js/", "/_stcore/health"])
def test_every_answer_has_the_security_headers(path, address):
    try:
        answer = urllib.request.urlopen(address + path)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert "default-src 'self'" in HEADERS["Content-Security-Policy"]
    assert "unsafe-eval" not in HEADERS["Content-Security-Policy"]


def test_without_a_warehouse_the_sample_is_one_click_away(visit, browser, tmp_path):
    for address in serve(tmp_path / "nothing", tmp_path / "server.log"):
        page = browser.new_page(viewport=WIDE)
        page.set_default_timeout(60_000)
        page.goto(address)
        heading(page, "Nothing is loaded yet")
        assert page.evaluate(OVERFLOWING) == []
        page.get_by_role("button", name="Load the sample").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Today", timeout=60_000)
        page.close()
