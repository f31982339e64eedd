"""Pictures that a person pinned: the previews go on showing them, now and when reopened."""

from __future__ import annotations

from studio.core.paths import to_text
from studio.data.dataset import Dataset
from studio.ui.session import Session

SECTION = "previews"
"""The part of the project where they are remembered."""

MOST = 24


class Pins:
    """The rows of pinned pictures, in the order in which they were pinned."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rows: list[int] = []

    def rows(self) -> list[int]:
        """The pinned rows of the data set."""
        return list(self._rows)

    def __contains__(self, row: int) -> bool:
        return row in self._rows

    def open(self) -> list[str]:
        """Take over what the project remembers for the data set that is open now.

        Returns:
            The names of pinned pictures that are not part of it any more; they are forgotten.
        """
        project, dataset = self._session.project, self._session.dataset
        self._rows = []
        if project is None or dataset is None:
            return []
        section = project.section(SECTION)
        names = section.get("pins")
        wanted = [n for n in names if isinstance(n, str)][:MOST] if isinstance(names, list) else []
        places = _places(dataset, set(wanted))
        self._rows = list(dict.fromkeys(places[n] for n in wanted if n in places))
        lost = [name for name in wanted if name not in places]
        if lost and not self._rows and section.get("place") != to_text(dataset.place):
            lost = []  # those of other pictures: nothing of these is gone
        else:
            self._remember()
        return lost

    def toggle(self, row: int) -> bool:
        """Pin a picture, or let go of it; returns whether it is pinned now."""
        if row in self._rows:
            self._rows.remove(row)
        else:
            self._rows.append(row)
        self._remember()
        return row in self._rows

    def _remember(self) -> None:
        dataset = self._session.dataset
        if dataset is not None:
            names = [dataset.paths[row] for row in self._rows]
            value = {"place": to_text(dataset.place), "pins": names} if names else {}
            self._session.remember_section(SECTION, value)


def _places(dataset: Dataset, names: set[str]) -> dict[str, int]:
    """The rows of pictures by their names; those that are not there are left out."""
    if not names:
        return {}
    return {path: row for row, path in enumerate(dataset.paths) if path in names}
