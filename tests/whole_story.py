"""The two real jobs from posting to feedback, told in labels and letters, for any browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

from tests.text_browser import Browser

Row = tuple[str, int, str]
"""Title, days from today, amount as it is typed."""

LOGO: tuple[Row, ...] = (
    ("Start fee deposit", 0, "75"),
    ("6 concepts", 8, "75.00"),
    ("1st revision of chosen concept", 13, "75"),
    ("2nd revision of chosen concept", 18, "$75"),
    ("Delivery of final print-ready files", 22, "100"),
)
DATABASE: tuple[Row, ...] = (
    ("Initial schema design", 8, "200"),
    ("Implementation", 13, "200"),
    ("QA", 22, "200"),
    ("Release", 28, "200"),
)
PASSWORD = "a long enough password"
WORK = b"<svg xmlns='http://www.w3.org/2000/svg'/>"


def day(days: int) -> str:
    """A day from today as a date field holds it."""
    return (datetime.now().astimezone().date() + timedelta(days=days)).isoformat()


@dataclass
class Story:
    """Who takes part, each in a browser of their own, and the post that reaches them."""

    new_browser: Callable[[], Browser]
    run_chores: Callable[[], None]
    letters: Callable[[], list[EmailMessage]]
    olga: Browser = field(init=False)
    ana: Browser = field(init=False)
    ben: Browser = field(init=False)

    # -- the post ------------------------------------------------------------------------

    def letter(self, to: str, subject: str) -> EmailMessage:
        """The newest letter to an address whose subject has these words."""
        self.run_chores()
        subjects = []
        for one in reversed(self.letters()):
            if to in str(one["To"]):
                subjects.append(str(one["Subject"]))
                if subject.casefold() in str(one["Subject"]).casefold():
                    return one
        raise AssertionError(f"no letter “{subject}” to {to}; there are {subjects}")

    def link(self, to: str, subject: str, part: str = "/links/") -> str:
        """The path of the first link of that kind in a letter."""
        body = self.letter(to, subject).get_body(("plain",))
        assert body is not None
        found = re.search(rf"https?://[^/\s]+({re.escape(part)}[^\s>)]+)", body.get_content())
        assert found, f"no {part} in the letter:\n{body.get_content()}"
        return found[1]

    # -- set-up and people ---------------------------------------------------------------

    def set_up(self, code: str) -> None:
        """The operator makes the board, once."""
        self.olga = self.new_browser()
        self.olga.open(f"/setup?code={code}")
        assert self.olga.heading == "Set up your board"
        for label, value in {
            "Board name": "Acme board",
            "Your name": "Olga Brandt",
            "E-mail": "olga@example.org",
            "Password": PASSWORD,
            "Time zone": "Europe/Berlin",
            "Currency": "USD",
        }.items():
            self.olga.fill(label, value)
        self.olga.press("Create board")

    def join(self, name: str, email: str, wants: str, zone: str) -> Browser:
        """Somebody is invited by a letter, and joins."""
        self.olga.open("/board")
        self.olga.fill("E-mail", email)
        self.olga.press("Invite")
        browser = self.new_browser()
        browser.open(self.link(email, "", "/joining/"))
        assert browser.heading == "Join the board"
        browser.fill("Your name", name)
        browser.fill("Password", PASSWORD)
        browser.fill("Time zone", zone)
        browser.choose("I want to", wants)
        browser.press("Join")
        return browser

    def gather(self, code: str) -> None:
        """Olga sets the board up; Ana and Ben join."""
        self.set_up(code)
        self.ana = self.join("Ana Ruiz", "ana@example.org", "Hire", "Europe/Madrid")
        self.ben = self.join("Ben Okafor", "ben@example.org", "Work", "Africa/Lagos")

    # -- job, proposal, selection --------------------------------------------------------

    def post_job(self, title: str) -> None:
        """Ana posts a job for everyone, and invites Ben in the same form."""
        ana = self.ana
        ana.open("/")
        ana.follow("Jobs")
        ana.follow("Post a job")
        ana.fill("Title", title)
        ana.fill("Description", "A mark for paper bags.\n\n- one colour must be enough")
        ana.fill("Highest budget", "1,000")
        ana.choose("Who may see it", "Everyone on this board")
        ana.fill("Invite", "ben@example.org")
        ana.press("Post job")
        assert ana.heading == title, ana.text

    def propose(self, title: str, rows: tuple[Row, ...]) -> None:
        """Ben finds the job and proposes with a table of milestones."""
        ben = self.ben
        ben.open("/jobs")
        ben.follow(title)
        ben.follow("Propose")
        ben.fill("Cover letter", "I draw marks that work in small sizes.")
        for number, (milestone, days, amount) in enumerate(rows, start=1):
            if not ben.has(f"Milestone {number}"):
                ben.press("Add milestone")
            ben.fill(f"Milestone {number}", milestone)
            ben.fill(f"Due {number}", day(days))
            ben.fill(f"Amount {number}", amount)
        ben.fill("Delivery date", day(rows[-1][1]))
        ben.press("Send proposal")
        assert not ben.shows("Send proposal"), ben.text

    def compare_and_select(self, title: str) -> None:
        """Ana compares, talks, and selects; she lands on the terms."""
        ana = self.ana
        ana.open("/jobs")
        ana.follow(title)
        ana.follow("Compare proposals")
        ana.follow("Message")
        ana.fill("Message", "Could you begin this week?")
        ana.press("Send")
        assert ana.shows("Could you begin this week?")
        ana.follow("Select")
        ana.press("Select")
        assert ana.heading == title, ana.text
        assert "/terms" in ana.address
        self.room = ana.address.split("/terms")[0]
        assert "/workrooms/" in self.room

    # -- terms ---------------------------------------------------------------------------

    def agree(self) -> None:
        """Ana sends; Ben proposes a change of a date; Ana accepts."""
        self.ana.open(f"{self.room}/terms")
        self.ana.press("Send terms")
        assert self.ana.shows("no. 1"), self.ana.text
        ben = self.ben
        ben.open(f"{self.room}/terms")
        assert ben.shows("Accept terms")
        ben.follow("Propose changes")
        ben.fill("Due 2", day(9))
        ben.fill("Note", "A day more for the second one.")
        ben.press("Send terms")
        self.ana.open(f"{self.room}/terms")
        assert self.ana.shows("A day more for the second one.")
        self.ana.press("Accept terms")
        self.ana.open(f"{self.room}/terms")
        assert self.ana.shows("in force"), self.ana.text

    # -- money and work ------------------------------------------------------------------

    def fund_by_bank(self, title: str, amount: str) -> None:
        """Ana funds by bank transfer; Olga sees the money come and confirms it."""
        ana = self.ana
        ana.open(self.room)
        ana.follow("Fund")
        assert ana.heading == f"Fund “{title}”", ana.heading
        ana.choose("Payment method", "Bank transfer")
        ana.fill("Comment", "from our client account")
        ana.press("Fund")
        assert ana.shows("Waiting for your bank"), ana.text
        self.confirm(amount)

    def confirm(self, amount: str) -> None:
        """Olga confirms the oldest payment with the amount that came."""
        self.olga.open("/board")
        assert self.olga.shows("Incoming payments")
        self.olga.fill("Amount received", amount)
        self.olga.press("Confirm received")

    def fund_by_test_money(self, title: str) -> None:
        """Ana funds with the demo's test money, which comes at once."""
        ana = self.ana
        ana.open(self.room)
        ana.follow("Fund")
        assert ana.heading == f"Fund “{title}”", ana.heading
        ana.choose("Payment method", "Test money")
        ana.press("Fund")

    def submit(self, title: str, note: str = "Here it is.") -> None:
        """Ben hands in the work, with a file."""
        ben = self.ben
        ben.open(self.room)
        ben.follow("Submit")
        assert ben.heading == f"Submit “{title}”", ben.heading
        ben.fill("Note", note)
        ben.attach("Files", "work.svg", WORK)
        ben.press("Submit work")
        assert ben.shows("Submitted"), ben.text

    def approve(self, title: str) -> None:
        """Ana reviews and approves."""
        ana = self.ana
        ana.open(self.room)
        ana.follow("Review work")
        assert ana.heading == f"Review “{title}”", ana.heading
        assert ana.shows("work.svg")
        ana.press("Approve and release")

    def request_changes(self, title: str) -> None:
        """Ana asks for a change, with a reason that Ben reads."""
        ana = self.ana
        ana.open(self.room)
        ana.follow("Review work")
        ana.fill("What should change", "The wheat is too thin.")
        ana.press("Request changes")
        self.ben.open(self.room)
        assert self.ben.shows("The wheat is too thin."), self.ben.text

    def report(self) -> None:
        """Ben files this week's status report."""
        ben = self.ben
        ben.open(f"{self.room}/reports")
        ben.open(f"{self.room}/reports/new")
        assert ben.heading.startswith("Status report, week"), ben.heading
        ben.fill("Done this week", "Six sketches drawn.")
        ben.fill("Hours", "7.5")
        ben.fill("Next week", "Small sizes.")
        ben.press("Send report")
        self.ana.open(f"{self.room}/reports")
        assert self.ana.shows("Six sketches drawn."), self.ana.text

    # -- the end -------------------------------------------------------------------------

    def leave_feedback(self) -> None:
        """Both rate; each sees the other's only when both have written."""
        self.ana.open(f"{self.room}/feedback")
        assert self.ana.heading == "Leave feedback"
        for label in (
            "Quality", "Expertise", "Cost", "Schedule", "Response", "Professionalism",
        ):  # fmt: skip
            self.ana.choose(label, "5")
        self.ana.fill("Words", "Calm and exact.")
        self.ana.press("Leave feedback")
        self.ben.open(f"{self.room}/feedback")
        assert not self.ben.shows("Calm and exact.")
        for label in ("Clear brief", "Answers", "Decides on time", "Funds on time"):
            self.ben.choose(label, "4")
        self.ben.fill("Words", "Knew what she wanted.")
        self.ben.press("Leave feedback")
        self.ana.open(f"{self.room}/feedback")
        assert self.ana.shows("Knew what she wanted."), self.ana.text

    def balance_is(self, amount: str) -> None:
        """Ben's balance, as his payments page writes it."""
        self.ben.open("/payments")
        assert self.ben.shows(amount), self.ben.text

    # -- whole stories -------------------------------------------------------------------

    def logo_on_pages(self) -> None:
        """The logo design, everything decided on pages."""
        title = "Logo design for a bakery"
        self.post_job(title)
        self.propose(title, LOGO)
        self.compare_and_select(title)
        self.agree()
        for number, (milestone, _days, amount) in enumerate(LOGO):
            if number == 0:
                self.fund_by_bank(milestone, amount.strip("$"))
            else:
                self.fund_by_test_money(milestone)
            self.submit(milestone)
            if number == 2:
                self.request_changes(milestone)
                self.submit(milestone, "Thicker wheat.")
            if number == 1:
                self.report()
            self.approve(milestone)
        self.leave_feedback()
        self.balance_is("$400.00")

    def decide(self, subject: str, button: str) -> Any:
        """Ana opens the link of her newest letter, without being signed in, and presses."""
        browser = self.new_browser()
        browser.open(self.link("ana@example.org", subject))
        browser.press(button)
        return browser

    def database_by_letters(self) -> None:
        """The database: everything that has a letter, Ana decides from the letter."""
        title = "Access database"
        self.post_job(title)
        self.propose(title, DATABASE)
        self.compare_and_select(title)
        self.ana.press("Send terms")
        ben = self.ben
        ben.open(f"{self.room}/terms")
        ben.follow("Propose changes")
        ben.fill("Note", "With training.")
        ben.fill("Description 4", "With an hour of training.")
        ben.press("Send terms")
        after = self.decide("terms", "Accept terms")
        for number, (milestone, _days, amount) in enumerate(DATABASE):
            if number == 0:
                funding = self.new_browser()
                funding.open(self.link("ana@example.org", "fund"))
            else:
                funding = after
                funding.follow("Fund")
            assert milestone in funding.heading, (funding.heading, funding.text)
            funding.choose("Payment method", "Bank transfer")
            funding.press("Fund")
            assert funding.shows("Waiting for your bank"), funding.text
            self.confirm(amount)
            self.submit(milestone)
            if number == 1:
                again = self.new_browser()
                again.open(self.link("ana@example.org", milestone))
                again.fill("What should change", "The import stops at row 900.")
                again.press("Request changes")
                self.submit(milestone, "Row 901 and further.")
            after = self.decide(milestone, "Approve and release")
        self.leave_feedback()
        self.balance_is("$800.00")
