"""The forms of talk: a message, and files."""

from __future__ import annotations

from app.blueprints.fields import FilesField, Form, Prose


class MessageForm(Form):
    """Something to say, with files or only files."""

    body = Prose("Message", required=False)
    files = FilesField("Files")


class UploadForm(Form):
    """Files for a workroom."""

    files = FilesField("Files", required=True)
