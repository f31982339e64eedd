"""What the catalogue says of one published data set."""

from __future__ import annotations

from dataclasses import dataclass

from studio.core.remote import RemoteFile


@dataclass(frozen=True)
class Licence:
    """The terms of a data set.

    Attributes:
        name: as its publishers say it, short.
        address: where the terms stand.
        allows_all: False where something usual (selling, say) is excluded, or no licence is stated.
    """

    name: str
    address: str
    allows_all: bool = True


@dataclass(frozen=True)
class ReadySet:
    """One published data set.

    Attributes:
        key: its name on the command line and that of its folder.
        title: its name.
        short: what it shows, in one or two words.
        about: one sentence.
        pictures: how many there are.
        classes: how many classes, or labels where a picture may have several.
        shape: size and kind of its pictures.
        licence: its terms.
        citation: how its authors are to be named.
        homepage: where its publishers speak of it.
        format: the kind of format that opens it.
        files: what is fetched.
        class_names: in the order of the numbers, where the files hold numbers alone.
    """

    key: str
    title: str
    short: str
    about: str
    pictures: int
    classes: int
    shape: str
    licence: Licence
    citation: str
    homepage: str
    format: str
    files: tuple[RemoteFile, ...]
    class_names: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes to fetch."""
        return sum(file.size for file in self.files)

    @property
    def is_exact(self) -> bool:
        """Whether ``size`` is known to the byte."""
        return all(file.exact for file in self.files)


CC_BY_2 = Licence("CC BY 2.0", "https://creativecommons.org/licenses/by/2.0/")
CC_BY_4 = Licence("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/")
CC_BY_NC_4 = Licence("CC BY-NC 4.0", "https://creativecommons.org/licenses/by-nc/4.0/", False)
CC_BY_SA_3 = Licence("CC BY-SA 3.0", "https://creativecommons.org/licenses/by-sa/3.0/")
CC_BY_SA_4 = Licence("CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/")
