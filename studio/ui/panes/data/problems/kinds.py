"""Every kind of problem as the page shows it: its group, icon, sentence and meaning."""

from __future__ import annotations

from dataclasses import dataclass

from studio.data.dataset import PROBLEM_TITLES
from studio.ui.widgets.numbers import number

CHANGES, UNUSED, LOOK, NOTHING = (
    "Change your result", "Cannot be used", "Worth a look", "Nothing found",
)  # fmt: skip
GROUPS = (CHANGES, UNUSED, LOOK)
PAIRS, PICTURES, ROWS = "pairs", "pictures", "rows"


@dataclass(frozen=True)
class Kind:
    """One kind of problem.

    Attributes:
        key: the kind of a ``Problem``.
        title: in the list of kinds.
        group: its heading there.
        icon: with a colour ``role``.
        view: how its problems are shown: ``pairs``, ``pictures`` or ``rows``.
        one, many: the sentence of the heading, for one problem and for several (``{n}``).
        meaning: what it does to the result, for the person.
    """

    key: str
    title: str
    group: str
    icon: str
    role: str
    view: str
    one: str
    many: str
    meaning: str

    def sentence(self, count: int) -> str:
        """The count in a sentence."""
        return (self.one if count == 1 else self.many).replace("{n}", number(count))


KINDS: dict[str, Kind] = {
    k.key: k
    for k in (
        Kind(
            "split-leak", "In more than one split", CHANGES, "split", "warning", PAIRS,
            "1 picture is in more than one split", "{n} pictures are in more than one split",
            "The network has seen these test pictures while it learned. Your test accuracy looks "
            "better than it is.",
        ),
        Kind(
            "label-conflict", "Same picture, two classes", CHANGES, "swap", "warning", PAIRS,
            "1 picture has two classes", "{n} pictures have two classes",
            "The same picture is labelled in two ways. The network is told that both are right, "
            "and learns neither.",
        ),
        Kind(
            "odd-label", "Odd labels", CHANGES, "tag", "warning", ROWS,
            "1 class has an odd name", "{n} classes have an odd name",
            "A name that differs from another by a slip makes two classes of one. A name that "
            "means “nothing” makes a class of what is not known.",
        ),
        Kind(
            "unreadable", "Could not be read", UNUSED, "broken", "bad", PICTURES,
            "1 picture could not be read", "{n} pictures could not be read",
            "Nothing can be learned from a file that is no picture, or is damaged. Training "
            "leaves it out.",
        ),
        Kind(
            "truncated", "Cut off", UNUSED, "broken", "bad", PICTURES,
            "1 picture is cut off", "{n} pictures are cut off",
            "The file ends before the picture does, as after a download that was interrupted. "
            "Training leaves it out.",
        ),
        Kind(
            "empty", "Empty files", UNUSED, "broken", "bad", PICTURES,
            "1 file is empty", "{n} files are empty",
            "A file of 0 bytes shows nothing. Training leaves it out.",
        ),
        Kind(
            "missing-file", "Not there", UNUSED, "search", "bad", ROWS,
            "1 picture is not there", "{n} pictures are not there",
            "The table names a picture that is not in the folder, or the file is gone. It cannot "
            "be trained on.",
        ),
        Kind(
            "no-access", "May not be read", UNUSED, "lock", "bad", ROWS,
            "1 folder may not be read", "{n} folders may not be read",
            "The system does not let this program read here. Allow it, and check again.",
        ),
        Kind(
            "no-label", "Without a label", UNUSED, "tag", "bad", PICTURES,
            "1 picture has no label", "{n} pictures have no label",
            "The network cannot be told what these show. They are not trained on.",
        ),
        Kind(
            "no-class", "Without a class", UNUSED, "folder", "bad", PICTURES,
            "1 picture lies in no class", "{n} pictures lie in no class",
            "They lie beside the folders of the classes, so nobody says what they show. They are "
            "left out.",
        ),
        Kind(
            "exact-duplicate", "The same picture twice", LOOK, "copy", "text_secondary", PAIRS,
            "1 picture is there twice", "{n} pictures are there twice",
            "Both are in one split and one class. A copy teaches nothing new; it makes its "
            "picture count twice.",
        ),
        Kind(
            "near-duplicate", "Near twins in one class", LOOK, "twins", "text_secondary", PAIRS,
            "1 picture has a near twin", "{n} pictures have a near twin",
            "Nearly the same picture is in the same split and class: saved again, cropped, turned "
            "or mirrored. It counts twice.",
        ),
        Kind(
            "blurred", "Blurred", LOOK, "blur", "text_secondary", PICTURES,
            "1 picture is blurred", "{n} pictures are blurred",
            "They are far less sharp than the others. Keep them if you will see such pictures "
            "later.",
        ),
        Kind(
            "dark", "Very dark", LOOK, "dark", "text_secondary", PICTURES,
            "1 picture is very dark", "{n} pictures are very dark",
            "There is hardly anything to see. Keep them if you will see such pictures later.",
        ),
        Kind(
            "bright", "Very bright", LOOK, "bright", "text_secondary", PICTURES,
            "1 picture is very bright", "{n} pictures are very bright",
            "There is hardly anything to see. Keep them if you will see such pictures later.",
        ),
        Kind(
            "blank", "Blank", LOOK, "stop", "text_secondary", PICTURES,
            "1 picture is blank", "{n} pictures are blank",
            "One even colour: there is nothing in it to learn from, but its label is learned.",
        ),
        Kind(
            "odd-size", "Unusual shape", LOOK, "size", "text_secondary", PICTURES,
            "1 picture has an unusual size or shape",
            "{n} pictures have an unusual size or shape",
            "Fitting them to the network cuts off, squeezes or shrinks much of them.",
        ),
        Kind(
            "tiny", "Tiny", LOOK, "image", "text_secondary", PICTURES,
            "1 picture is tiny", "{n} pictures are tiny",
            "They are enlarged to the network’s input, and show little there.",
        ),
        Kind(
            "imbalance", "Uneven classes", LOOK, "balance", "text_secondary", ROWS,
            "The classes are uneven", "The classes are uneven in {n} ways",
            "The network favours the classes of which it sees the most. More pictures of the "
            "small ones help best.",
        ),
        Kind(
            "too-few", "Classes with too few", LOOK, "stats", "text_secondary", ROWS,
            "1 class has too few pictures", "{n} classes have too few pictures",
            "A class needs one picture to learn from and one to check with, at least.",
        ),
        Kind(
            "wrong-extension", "Wrong file ending", LOOK, "report", "text_secondary", PICTURES,
            "1 file has the wrong ending", "{n} files have the wrong ending",
            "The name says one format, the file is of another. The studio reads them all the "
            "same; other programs may not.",
        ),
        Kind(
            "duplicate-row", "Rows that repeat", LOOK, "list", "text_secondary", ROWS,
            "1 row repeats another", "{n} rows repeat others",
            "The table names a picture twice and says the same. It is used once.",
        ),
        Kind(
            "empty-class", "Classes without pictures", LOOK, "folder", "text_secondary", ROWS,
            "1 class has no pictures", "{n} classes have no pictures",
            "A folder is empty, or a table names a class of which no picture is there. It is no "
            "class of the network.",
        ),
        Kind(
            "ignored-folder", "Folders left out", LOOK, "folder", "text_secondary", ROWS,
            "1 folder is left out", "{n} folders are left out",
            "They lie beside the folders of the splits, and nothing says what they are for.",
        ),
        Kind(
            "link-loop", "Links in a loop", LOOK, "branch", "text_secondary", ROWS,
            "1 link leads in a circle", "{n} links lead in a circle",
            "They were not followed. What they lead to is listed where it lies.",
        ),
    )
}  # fmt: skip
"""All kinds, in the order of the list: those that change the result most come first."""


def kind_of(key: str) -> Kind:
    """The kind of a problem; one that is not known yet is shown as rows."""
    title = PROBLEM_TITLES.get(key, key)
    return KINDS.get(key) or Kind(
        key, title, LOOK, "info", "text_secondary", ROWS, title, title, "This is worth a look."
    )
