"""MedMNIST: medical pictures of 28 pixels with the splits of their publishers; not for clinics.

Addresses, MD5, numbers, class names and licences: the publishers' ``medmnist/info.py`` (record
10519652 of Zenodo). Sizes to the byte and SHA-256: the file pointers of the repository
albertvillanova/medmnist-v2, for PathMNIST what its own downloader prints; rounded sizes: the
listing of the same repository.
"""

from __future__ import annotations

from studio.core.remote import RemoteFile
from studio.data.ready.entry import CC_BY_4, CC_BY_NC_4, Licence, ReadySet

_CITATION = (
    "J. Yang, R. Shi, D. Wei, Z. Liu, L. Zhao, B. Ke, H. Pfister, B. Ni: MedMNIST v2 - A "
    "large-scale lightweight benchmark for 2D and 3D biomedical image classification. Scientific "
    "Data 10, 41, 2023. Cite the source data set, too; the home page names it."
)


def _file(key: str, size: int, md5: str, sha256: str = "", exact: bool = True) -> RemoteFile:
    address = f"https://zenodo.org/records/10519652/files/{key}.npz?download=1"
    checksums = (f"md5:{md5}", *((f"sha256:{sha256}",) if sha256 else ()))
    return RemoteFile(f"{key}.npz", (address,), size, checksums, exact)


def _set(
    title: str, short: str, about: str, pictures: int, colour: str, file: RemoteFile,
    names: tuple[str, ...], licence: Licence = CC_BY_4,
) -> ReadySet:  # fmt: skip
    return ReadySet(
        title.lower(), title, short, about, pictures, len(names), f"28 × 28 px, {colour}", licence,
        _CITATION, "https://medmnist.com/", "npz", (file,), names,
    )  # fmt: skip


PATH = _set(
    "PathMNIST", "microscopy", "Stained tissue of the colon, nine kinds.", 107_180, "colour",
    _file("pathmnist", 205_615_438, "a8b06965200029087d5bd730944a56c1"),
    ("adipose", "background", "debris", "lymphocytes", "mucus", "smooth muscle",
     "normal colon mucosa", "cancer-associated stroma", "colorectal adenocarcinoma epithelium"),
)  # fmt: skip
BLOOD = _set(
    "BloodMNIST", "microscopy", "Single blood cells of healthy people, eight kinds.", 17_092,
    "colour",
    _file("bloodmnist", 35_461_855, "7053d0359d879ad8a5505303e11de1dc",
          "062023e186f537e26b3c21ea3b2614ddfc475e8a14825dfd20663bbb7e37bddc"),
    ("basophil", "eosinophil", "erythroblast", "immature granulocytes", "lymphocyte", "monocyte",
     "neutrophil", "platelet"),
)  # fmt: skip
DERMA = _set(
    "DermaMNIST", "skin", "Pigmented spots of the skin, very uneven classes.", 10_015, "colour",
    _file("dermamnist", 19_700_000, "0744692d530f8e62ec473284d019b0c7", exact=False),
    ("actinic keratoses and intraepithelial carcinoma", "basal cell carcinoma",
     "benign keratosis-like lesions", "dermatofibroma", "melanoma", "melanocytic nevi",
     "vascular lesions"),
    CC_BY_NC_4,
)  # fmt: skip
PNEUMONIA = _set(
    "PneumoniaMNIST", "X-ray", "Chest X-rays of children, with and without pneumonia.", 5_856,
    "grey",
    _file("pneumoniamnist", 4_170_000, "28209eda62fecd6e6a2d98b1501bb15f", exact=False),
    ("normal", "pneumonia"),
)  # fmt: skip
BREAST = _set(
    "BreastMNIST", "ultrasound", "Ultrasound of the breast: the smallest set of all.", 780, "grey",
    _file("breastmnist", 559_580, "750601b1f35ba3300ea97c75c52ff8f6",
          "3a22d2a4625e7dd8903f0f59030e81a3d0c222bece2e5e10927456cb50efdec1"),
    ("malignant", "normal, benign"),
)  # fmt: skip
CHEST = _set(
    "ChestMNIST", "X-ray",
    "Chest X-rays with none, one or several of 14 findings: a multi-label problem.", 112_120,
    "grey",
    _file("chestmnist", 82_802_576, "02c8a6516a18b556561a56cbdd36c4a8",
          "12c11b8956805ea3151f0ce7b4e64e634d4f5fce87fe72b7e084ebe5a48d33df"),
    ("atelectasis", "cardiomegaly", "effusion", "infiltration", "mass", "nodule", "pneumonia",
     "pneumothorax", "consolidation", "edema", "emphysema", "fibrosis", "pleural", "hernia"),
)  # fmt: skip

MEDICAL = (PATH, BLOOD, DERMA, PNEUMONIA, BREAST, CHEST)
