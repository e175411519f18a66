"""What a person decides on a page: a candidate for a ban is confirmed or dismissed, a ban decided here is lifted, and
a post with a rude word is recorded as an incident or passed over.

A click writes to the store of decisions and has the snapshot published with it, by a thread of its own; until
that is there the decision is marked pending. Each is listed, and can be taken back, before and after.
"""

import hashlib
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC
from functools import partial
from math import ceil
from pathlib import Path
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.parts.clauses import clause as draw_clause
from dashboard.parts.clauses import plain, versions
from dashboard.parts.frame import page_path
from dashboard.parts.warehouse import count, current, desk, open_snapshot, rows
from dashboard.parts.words import BAN_DECISIONS, EVIDENCE, day, said
from etl import EtlError
from etl.conduct import LANGUAGES, Suggestion, Suggestions, hidden, suggestions
from etl.decisions import (
    CANDIDATE,
    CONFIRMED,
    DECISION,
    DISMISSED,
    LIFTED,
    POST,
    TAKEN_BACK,
    Decision,
    Past,
    candidate,
    enter,
    past,
    pending,
    recorded,
    store_of,
    stored,
    taken_back,
)
from etl.people import is_masked, masked, person
from etl.publish import BusyError, warehouse_folder

ROWS = 8
EVIDENCE_ROWS = 6
AGAIN_SECONDS = 1.0
PROBLEM = "decision_problem"
ASKED = "actor_asked"
# What a post of a client can be an incident of; only a ban under the first ends the right to refunds too.
CONDUCT_CLAUSES = ("0.2", "5.9")


@dataclass
class Entering:
    """A publish on its way: done with what went wrong, nothing if it is published, and what is being done."""

    done: Future
    text: str = "beginning"

    def step(self, text: str, done: int, of: int) -> None:
        """Take note of how far it is."""
        self.text = f"{text}, {done + 1} of {of}" if of and done < of else text


_entering: dict[Path, Entering] = {}
_asking = threading.Lock()


# What is decided


def decided() -> list[Decision]:
    """Return every decision kept, the first one first; where they cannot be read, say so and return none."""
    try:
        return stored(store_of(warehouse_folder()))
    except EtlError as error:
        st.error(plain(masked(str(error)[:1].upper() + str(error)[1:] + ".")))
        return []


def waiting(decisions: list[Decision]) -> list[Decision]:
    """Draw what was decided and is not in the numbers yet, and return it; as it is published, the page follows."""
    st.session_state[ASKED] = False
    if problem := st.session_state.pop(PROBLEM, ""):
        st.error(plain(problem))
    if current().is_replay:
        return []
    not_in = current().read(pending, decisions)
    if not not_in:
        return []
    folder = warehouse_folder()
    under_way = _entering.get(folder)
    text = f"**{len(not_in):,} {'decision' if len(not_in) == 1 else 'decisions'}** pending, not in the numbers yet"
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="pending_decisions"):
        if under_way and not under_way.done.done():
            st.markdown(f"{text}: being published.", width="stretch")
            _follow(under_way)
        else:
            failed = under_way.done.result() if under_way else ""
            st.markdown(
                f"{text}." + (f" It could not be published: {plain(masked(failed))}." if failed else ""),
                width="stretch",
            )
            st.button(
                "Publish now",
                key="enter",
                type="primary",
                on_click=_begin,
                args=(folder,),
                help="the same as `python -m etl decisions --enter`",
            )
    return not_in


@st.fragment(run_every=AGAIN_SECONDS)
def _follow(under_way: Entering) -> None:
    """Show how far a publish is, and run the page again when it is done."""
    if under_way.done.done():
        st.rerun()
    st.caption(plain(under_way.text))


def _begin(folder: Path) -> None:
    """Have the decisions published, unless that is under way."""
    with _asking:
        under_way = _entering.get(folder)
        if under_way is None or under_way.done.done():
            under_way = _entering[folder] = Entering(Future())
            # It may wait for long while another process writes: the server is not kept from stopping.
            threading.Thread(target=_enter, args=(under_way, folder), name="enter", daemon=True).start()


def _enter(under_way: Entering, folder: Path) -> None:
    """Publish until nothing is pending; while another process writes, wait for it."""
    not_in: list[Decision] = []
    try:
        while not under_way.done.done():
            try:
                published = enter(warehouse=folder, step=under_way.step)
            except BusyError as error:
                under_way.text = f"waiting: {error}"
                time.sleep(AGAIN_SECONDS)
                continue
            # Whoever decides keeps the decision first and begins then: it is seen here, or a new publish begins.
            with _asking:
                left = open_snapshot(published.resolve()).read(pending, stored(store_of(folder)))
                if not left:
                    under_way.done.set_result("")
                elif left == not_in:
                    under_way.done.set_result(f"decision {left[0].number} did not enter; load or rebuild to have it in")
            not_in = left
    except BaseException as error:  # whatever it is, those who wait must hear of it
        under_way.done.set_result(str(error) or type(error).__name__)


def _keep(
    kind: str,
    subject: str,
    decision: str,
    seen: int,
    note_key: str | None = None,
    evidence: tuple[str, ...] = (),
    grounds: str | None = None,
) -> None:
    """Keep a decision as the page showed it, and have it published; what goes wrong is said at the top.

    `grounds` stand in for a note that was left empty: a ban is recorded with a reason.
    """
    from etl.store import add

    folder, about = warehouse_folder(), desk()
    written = (st.session_state.get(note_key) or "").strip() if note_key else ""
    try:
        add(
            store_of(folder),
            kind,
            subject,
            decision,
            actor=actor(),
            holds_from_at=about.as_of_at.to_pydatetime(),
            is_sample=bool(about.is_sample),
            evidence=evidence,
            note=written or grounds,
            seen=seen,
        )
    except EtlError as error:
        st.session_state[PROBLEM] = masked(str(error)[:1].upper() + str(error)[1:] + ".")
    else:
        if note_key:
            st.session_state.pop(note_key, None)
        _begin(folder)


# Who decides


def actor() -> str:
    """Return who decides: who is signed in, else the name that was given."""
    if getattr(st.user, "is_logged_in", False):
        return str(st.user.get("name") or st.user.get("email") or st.user.get("sub") or "")
    return (st.session_state.get("actor") or "").strip()


def ask_actor() -> str:
    """Draw who decides, or ask for it, where that was not done higher up on the page, and return it."""
    if st.session_state[ASKED]:
        return actor()
    st.session_state[ASKED] = True
    if getattr(st.user, "is_logged_in", False):
        st.caption(f"You decide as {plain(person(actor()))}.")
    else:
        st.text_input(
            "Your name, kept with what you decide",
            key="actor",
            persist_state="session",
            max_chars=200,
            placeholder="needed to decide",
            width=320,
        )
    return actor()


# Candidates


def candidates(decisions: list[Decision], not_in: list[Decision]) -> None:
    """Draw the candidates for a ban, the newest finding first, each with its evidence and the two answers."""
    grounds = rows("reports.bans_by_clause")
    clauses = [row.clause for row in grounds.itertuples() if row.candidate_count]
    if not clauses:
        st.caption("Nothing is for review: no finding is without a ban or a decision.")
        return
    who = "" if current().is_replay else ask_actor()
    if current().is_replay:
        st.caption("You look at an earlier day; go back to the newest to decide.")
    chosen = None
    if len(clauses) > 1:
        chosen = st.pills("Clause", clauses, key="candidate_clause", bind="query-params")
    where = {"clause": chosen} if chosen else {}
    total = count("reports.ban_candidate_list", **where)
    pages = ceil(total / ROWS)
    slot = st.container()
    number = st.pagination(pages, key="page_candidates") if pages > 1 else 1
    listed = rows("reports.ban_candidate_list", limit=ROWS, offset=(min(number, pages) - 1) * ROWS, **where)
    turns = _turns(decisions)
    open_ones = _open_ones(CANDIDATE, decisions, not_in)
    with slot:
        for row in listed.itertuples():
            subject = candidate(row.clause, row.client_id)
            with st.container(border=True, gap="small", key=_key("candidate", subject)):
                _ground(row)
                if subject in open_ones:
                    one = open_ones[subject]
                    _pending(one, who, turns[DECISION, str(one.number)])
                else:
                    _answers(row, subject, who, turns[CANDIDATE, subject])
    st.caption(
        f"{total:,} for review, the newest finding first · whatever the period and filters · findings rank cases for a "
        "person; nothing here decides by itself"
    )


def _open_ones(kind: str, decisions: list[Decision], not_in: list[Decision]) -> dict[str, Decision]:
    """Return what is pending about such subjects, by subject, less what was taken back."""
    gone = taken_back(decisions)
    return {one.subject: one for one in not_in if one.kind == kind and one.number not in gone}


def _ground(row) -> None:
    """Draw what a candidate rests on."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{plain(person(row.client_name))}**", width="content")
        draw_clause(row.clause)
        if isinstance(row.client_link, str) and not is_masked():
            st.link_button("Client", row.client_link, icon=":material/open_in_new:", type="tertiary")
    st.text(masked(row.reason))
    facts = [f"first finding {day(row.since_on)}"]
    if row.last_on != row.since_on:
        facts.append(f"latest {day(row.last_on)}")
    if isinstance(row.banned_under, str):
        facts.append(f"banned at present under {row.banned_under}")
    if row.dismissed_on == row.dismissed_on:
        note = f": {row.dismissal_note}" if isinstance(row.dismissal_note, str) else ""
        facts.append(
            f"dismissed on {day(row.dismissed_on)} by {person(row.dismissed_by)}{note}; "
            f"{row.new_evidence_count} of {row.evidence_count} rows are new since"
        )
    st.caption(plain(masked(" · ".join(facts))))
    total = row.evidence_count
    with st.expander(f"Evidence: {total} {'row' if total == 1 else 'rows'}"):
        found = rows("reports.candidate_evidence", limit=EVIDENCE_ROWS, client_id=row.client_id, clause=row.clause)
        for piece in found.itertuples():
            _evidence(piece)
        if total > len(found):
            st.caption(f"and {total - len(found)} earlier ones")


def _evidence(piece) -> None:
    """Draw one row of evidence, with a way to its ticket."""
    when = f"{day(piece.happened_on)}: " if piece.happened_on == piece.happened_on else ""
    named = piece.row_id if piece.kind_code != "burst" else piece.ticket_id
    parts = [f"{when}{said(piece.kind_code, EVIDENCE)} {named}"]
    if isinstance(piece.what, str) and piece.what:
        parts.append(piece.what)
    if isinstance(piece.other_client_name, str):
        parts.append(f"of {person(piece.other_client_name)}")
    if isinstance(piece.recorded_by, str):
        parts.append(f"recorded by {person(piece.recorded_by)}")
    text = plain(masked(" · ".join(parts)))
    if isinstance(piece.ticket_id, str):
        st.page_link(
            page_path("ticket"),
            label=text,
            icon=":material/arrow_forward:",
            icon_position="right",
            query_params={"ticket": piece.ticket_id},
        )
    else:
        st.markdown(text)


def _answers(row, subject: str, who: str, seen: int) -> None:
    """Draw the two answers to a candidate, and a field for a note."""
    if current().is_replay:
        return
    note = _key("note", subject)
    kept = partial(_keep, CANDIDATE, subject, note_key=note, seen=seen, evidence=tuple(row.evidence))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input("Note", key=note, placeholder="why, for who looks later", max_chars=500, width=420)
        confirmed = partial(kept, decision=CONFIRMED, grounds=row.reason)
        _button("Confirm the ban", _key("confirm", subject), confirmed, who)
        _button("Dismiss", _key("dismiss", subject), partial(kept, decision=DISMISSED), who, type="tertiary")


def _pending(one: Decision, who: str, seen: int) -> None:
    """Draw a decision that is not in the numbers yet."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge("pending", color="blue")
        note = f": {one.note}" if one.note else ""
        st.text(
            masked(f"{said(one.decision, BAN_DECISIONS)} by {person(one.actor)}{note}"),
            width="stretch",
        )
        taken = partial(_keep, DECISION, str(one.number), TAKEN_BACK, seen)
        _button("Take back", _key("back", one.number), taken, who, type="tertiary")


def _button(label: str, key: str, deed: Callable[[], None], who: str, **look) -> None:
    st.button(
        label,
        key=key,
        on_click=deed,
        disabled=not who,
        help=None if who else "Give your name above first: a decision is kept with who made it.",
        **look,
    )


# What was decided


def registered(decisions: list[Decision], not_in: list[Decision]) -> None:
    """Draw a way to lift the bans that were confirmed here and are in force."""
    if current().is_replay:
        return
    gone = taken_back(decisions)
    about = {one.subject for one in not_in if one.kind == DECISION and one.number not in gone}
    bans = rows("reports.ban_list", state="active")
    mine = {
        int(row.decision_number): row
        for row in bans[bans.decision_number.notna()].itertuples()
        if str(int(row.decision_number)) not in about
    }
    if not mine:
        return
    with st.expander("Lift a ban that was confirmed here"):
        who = ask_actor()
        number = st.selectbox(
            "Ban",
            list(mine),
            format_func=lambda key: (
                f"{person(mine[key].client_name)}, clause {mine[key].clause}, since {day(mine[key].since_on)}"
            ),
            key="ban_to_lift",
        )
        # A field for each: what was written of one client says nothing of another.
        note = _key("note_lift", number)
        st.text_input("Note", key=note, placeholder="why, for who looks later", max_chars=500)
        lifted = partial(_keep, DECISION, str(number), LIFTED, _turns(decisions)[DECISION, str(number)], note)
        _button("Lift it", "lift", lifted, who)
        st.caption(
            "A lifting counts from now on; what was confirmed by mistake is taken back below, as if it had never been. "
            "Bans that an export states are lifted where they are kept, and loaded again."
        )


def past_decisions(decisions: list[Decision], not_in: list[Decision]) -> None:
    """Draw what was decided here, the newest first, each with a way to take it back while it holds."""
    snapshot = current()
    listed = [one for one in reversed(decisions) if one.is_sample == bool(desk().is_sample)]
    if not listed:
        st.caption("Nothing was decided here yet. What is confirmed, dismissed, recorded or lifted is listed here.")
        return
    who = "" if snapshot.is_replay else ask_actor()
    pages = ceil(len(listed) / ROWS)
    slot = st.container()
    number = min(st.pagination(pages, key="page_decisions"), pages) if pages > 1 else 1
    shown = listed[(number - 1) * ROWS : number * ROWS]
    gone, turns = taken_back(decisions), _turns(decisions)
    with slot.container(border=True, gap="small"):
        for one in snapshot.read(past, decisions, shown):
            _past(one, who, gone.get(one.decision.number), one.decision in not_in, turns)
    st.caption(
        f"{len(listed):,} {'decision' if len(listed) == 1 else 'decisions'}, the newest first · whatever the period and "
        "filters · what is taken back is as if it had never been, and stays in this list"
    )


def _past(one: Past, who: str, by: Decision | None, is_pending: bool, turns: Counter) -> None:
    """Draw one decision: what, about whom, when and by whom; what became of it, or the way to take it back."""
    made = one.decision
    named = person(one.client_name, one.client_id)
    whom = [named, *([f"clause {one.clause}"] if one.clause else [])]
    if one.ticket_id:
        whom.append(f"a post in ticket {one.ticket_id}")
    what = said(made.decision, BAN_DECISIONS)
    if made.decision == TAKEN_BACK:
        what += f": number {made.subject}"
    told = [f"{made.number}: {_when(made)} by {person(made.actor)}", *([made.note] if made.note else [])]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=_key("past", made.number)):
        with st.container(gap=None):
            st.markdown(f"**{plain(masked(what[:1].upper() + what[1:]))}** · {plain(masked(', '.join(whom)))}")
            st.caption(plain(masked(" · ".join(told))))
        if is_pending:
            st.badge("pending", color="blue")
        if by:
            st.badge(f"taken back by number {by.number}", color="gray")
        elif not current().is_replay:
            seen = turns[DECISION, str(made.number)]
            deed = partial(_keep, DECISION, str(made.number), TAKEN_BACK, seen)
            _button("Take back", _key("undo", made.number), deed, who, type="tertiary")


def _when(one: Decision) -> str:
    """Return the instant of a decision in the desk's time."""
    at = one.decided_at.replace(tzinfo=UTC).astimezone(ZoneInfo(desk().timezone))
    return f"{day(at)}, {at:%H:%M}"


def _turns(decisions: list[Decision]) -> Counter:
    """Return how many decisions there are about each kind and subject."""
    return Counter((one.kind, one.subject) for one in decisions)


# Posts of clients


def suggested(decisions: list[Decision], not_in: list[Decision]) -> None:
    """Draw the posts with a word of a profanity list, the newest first, each with the two answers."""
    languages = st.multiselect(
        "Languages of the word lists",
        LANGUAGES,
        default=["english"],
        format_func=str.capitalize,
        key="languages",
        bind="query-params",
        placeholder="choose one or more",
        width=420,
    )
    snapshot = current()
    with st.spinner("Reading the posts of clients"):
        found = _suggestions(str(snapshot.path), tuple(sorted(languages)), snapshot)
    if not found.posts:
        st.caption(
            "No public post of a client holds a word of these lists."
            if languages
            else "Choose a language to have the posts of clients looked through."
        )
        return
    who = "" if snapshot.is_replay else ask_actor()
    pages = ceil(len(found.posts) / ROWS)
    slot = st.container()
    number = min(st.pagination(pages, key="page_suggestions"), pages) if pages > 1 else 1
    turns = _turns(decisions)
    open_ones = _open_ones(POST, decisions, not_in)
    with slot:
        for post in found.posts[(number - 1) * ROWS : number * ROWS]:
            with st.container(border=True, gap="small", key=_key("post", post.post_id)):
                is_shown = _post(post)
                if one := open_ones.get(post.post_id):
                    _pending(one, who, turns[DECISION, str(one.number)])
                elif is_shown and not snapshot.is_replay:
                    _post_answers(post, who, turns[POST, post.post_id])
    counted = f"{len(found.posts):,} {'post' if len(found.posts) == 1 else 'posts'}"
    st.caption(
        f"{counted}{' of the newest that could hold such a word' if found.is_cut else ''}, the newest first · whatever "
        "the period and filters · public posts of clients with a word of a list, taken as a whole word: a suggestion "
        "for a person to read, never a verdict"
    )


@st.cache_data(max_entries=20, show_spinner=False)
def _suggestions(path: str, languages: tuple[str, ...], _snapshot) -> Suggestions:
    return _snapshot.read(suggestions, languages)


def _post(post: Suggestion) -> bool:
    """Draw a post, its text hidden until a reader asks for it; return whether it is shown: who decides has read it."""
    words = ", ".join(hidden(word) for word in post.words)
    noted = " · an incident of this ticket is on record" if post.has_incident else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{plain(person(post.client_name))}**", width="content")
        st.page_link(
            page_path("ticket"),
            label=f"{day(post.posted_on)}: ticket {plain(post.ticket_id)}",
            icon=":material/arrow_forward:",
            icon_position="right",
            query_params={"ticket": post.ticket_id},
        )
        st.caption(plain(f"{words}{noted}"), width="stretch")
        # Not in an expander: what is folded there is sent to the browser all the same.
        is_shown = st.toggle("Show the text", key=_key("show", post.post_id))
    if is_shown:
        st.text(masked(post.body))
    return is_shown


def _post_answers(post: Suggestion, who: str, seen: int) -> None:
    """Draw the two answers to a post, with the clause that it would be an incident of and a field for a note."""
    note, evidence = _key("post_note", post.post_id), (f"post {post.post_id}",)
    kept = partial(_keep, POST, post.post_id, note_key=note, seen=seen, evidence=evidence)
    clauses = {number: _clause_words(number) for number in CONDUCT_CLAUSES}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input("Note", key=note, placeholder="why, for who looks later", max_chars=500, width=300)
        clause = st.selectbox(
            "Clause", list(clauses), key=_key("post_clause", post.post_id), format_func=clauses.get, width=200
        )
        _button("Record as an incident", _key("record", post.post_id), partial(kept, decision=recorded(clause)), who)
        _button("Pass over", _key("pass", post.post_id), partial(kept, decision=DISMISSED), who, type="tertiary")


def _clause_words(number: str) -> str:
    found = versions(number)
    return f"{number} {found.text.iloc[0]}" if len(found) else number


def _key(name: str, about: object) -> str:
    """Return the key of a widget, which the browser sees: it must not tell an address."""
    return f"{name}_{hashlib.sha256(repr(about).encode()).hexdigest()[:12]}"
