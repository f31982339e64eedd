"""Published archives with one folder for each class."""

from __future__ import annotations

from studio.core.remote import RemoteFile
from studio.data.ready.entry import CC_BY_2, CC_BY_4, Licence, ReadySet

# Size and SHA-256: TensorFlow Datasets, tf_flowers.txt; number of pictures: its catalogue.
# Licence: the archive's own LICENSE.txt, which also names each photographer.
FLOWERS = ReadySet(
    "flowers", "Flower photographs", "flowers",
    "Daisies, dandelions, roses, sunflowers and tulips, as people photograph them.",
    3_670, 5, "different sizes, colour", CC_BY_2,
    "The TensorFlow Team: Flowers, 2019. The photographers are named in the archive's "
    "LICENSE.txt.",
    "https://www.tensorflow.org/datasets/catalog/tf_flowers", "folder",
    (RemoteFile(
        "flower_photos.tgz",
        ("https://storage.googleapis.com/download.tensorflow.org/example_images/"
         "flower_photos.tgz",),
        228_813_984,
        ("sha256:4c54ace7911aaffe13a365c34f650e71dd5bf1be0a58b464e5a7183e3e595d9c",),
    ),),
)  # fmt: skip

# Size and SHA-256: TensorFlow Datasets, eurosat.txt. MD5 and the addresses: torchvision,
# datasets/eurosat.py, now and before. Licence: the record of the data set, “MIT”.
EUROSAT = ReadySet(
    "eurosat", "EuroSAT", "satellite",
    "Land seen by the satellite Sentinel-2: fields, forest, roads, houses, rivers.",
    27_000, 10, "64 × 64 px, colour", Licence("MIT", "https://zenodo.org/records/7711810"),
    "P. Helber, B. Bischke, A. Dengel, D. Borth: EuroSAT: A Novel Dataset and Deep Learning "
    "Benchmark for Land Use and Land Cover Classification. IEEE Journal of Selected Topics in "
    "Applied Earth Observations and Remote Sensing 12(7), 2217–2226, 2019.",
    "https://github.com/phelber/EuroSAT", "folder",
    (RemoteFile(
        "EuroSAT.zip",
        ("https://huggingface.co/datasets/torchgeo/eurosat/resolve/"
         "c877bcd43f099cd0196738f714544e355477f3fd/EuroSAT.zip",
         "https://madm.dfki.de/files/sentinel/EuroSAT.zip"),
        94_280_567,
        ("sha256:8ebea626349354c5328b142b96d0430e647051f26efc2dc974c843f25ecf70bd",
         "md5:c8fa014336c82ac7804f0398fcb19387"),
    ),),
)  # fmt: skip

# Address, size, SHA-256: TensorFlow Datasets, colorectal_histology.txt. Licence: the record
# 10.5281/zenodo.53169.
TISSUE = ReadySet(
    "colorectal-tissue", "Tissue textures", "microscopy",
    "Microscope tiles of colorectal cancer: tumour, stroma, mucosa, fat and four more tissues.",
    5_000, 8, "150 × 150 px, colour", CC_BY_4,
    "J. N. Kather and others: Multi-class texture analysis in colorectal cancer histology. "
    "Scientific Reports 6, 27988, 2016. doi:10.5281/zenodo.53169.",
    "https://zenodo.org/records/53169", "folder",
    (RemoteFile(
        "Kather_texture_2016_image_tiles_5000.zip",
        ("https://zenodo.org/record/53169/files/Kather_texture_2016_image_tiles_5000.zip",),
        258_098_431,
        ("sha256:936d0b95ae0f04f1f7b18a2b7e8c55776c3e887d102f645bcee752d1a6626a32",),
    ),),
)  # fmt: skip

PHOTOGRAPHS = (FLOWERS, EUROSAT, TISSUE)
