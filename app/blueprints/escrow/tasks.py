"""What only an operator or a bookkeeper can look after, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template
from werkzeug.wrappers import Response

from app.blueprints.escrow import bp
from app.blueprints.escrow.forms import TaskForm
from app.blueprints.guards import me, money_only
from app.blueprints.htmx import changed, refused
from app.escrow.office import tasks
from app.escrow.office.models import Task
from app.extensions import db
from app.kernel import clock
from app.mail.task_words import task_words

PAGE = "escrow/tasks.html"


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task in words. `by` and `note` say how it was closed."""

    id: str
    title: str
    todo: str
    href: str
    since: datetime
    may_close: bool
    closed_at: datetime | None
    by: str
    note: str


@bp.get("/board/tasks")
@money_only
def show_tasks() -> str:
    """What is open, oldest first; what was closed lately, and by whom."""
    return render_template(PAGE, **_page())


@bp.post("/board/tasks/<task_id>/closing")
@money_only
def close_task(task_id: str) -> Response:
    """It is looked after."""
    session = db.session()
    task = tasks.load(session, task_id, me())
    form = TaskForm(prefix=f"t{task.id}")
    if not form.validate():
        return refused(form, PAGE, **_page(form, task_id))
    tasks.close(session, task, by=me(), at=clock.now(), note=form.note.data)
    title = row_of(task).title
    session.commit()
    return changed("", "/board/tasks", say=f"Looked after: {title}.")


def waiting_tasks() -> list[TaskRow]:
    """What is open, oldest first, for the pages of the board."""
    return [row_of(task) for task in tasks.waiting(db.session())]


def row_of(task: Task, by: str = "") -> TaskRow:
    """A task in words."""
    title, todo, href = task_words(task.kind, task.told)
    return TaskRow(
        task.id, title, todo, href, task.raised_at, tasks.can_close(task), task.closed_at, by,
        task.note,
    )  # fmt: skip


def _page(wrong: TaskForm | None = None, of: str = "") -> dict[str, Any]:
    rows = [
        (row, wrong if wrong and row.id == of else TaskForm(prefix=f"t{row.id}"))
        for row in waiting_tasks()
    ]
    done = [row_of(task, by) for task, by in tasks.closed(db.session())]
    return {"here": "board", "part": "tasks", "waiting": rows, "done": done}
