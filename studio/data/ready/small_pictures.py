"""The classics of 28 and 32 pixels: digits, clothes, letters, small photographs.

The figures come from where each comment says. Sizes with ``sha256`` are those that TensorFlow
Datasets keeps with its download checksums (``url_checksums/<name>.txt``).
"""

from __future__ import annotations

from studio.core.remote import RemoteFile
from studio.data.ready.entry import CC_BY_SA_3, CC_BY_SA_4, Licence, ReadySet

_IDX = (
    "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz",
)  # fmt: skip
_KANA = (
    "あ a", "い i", "う u", "え e", "お o", "か ka", "き ki", "く ku", "け ke", "こ ko",
    "さ sa", "し si", "す su", "せ se", "そ so", "た ta", "ち ti", "つ tu", "て te", "と to",
    "な na", "に ni", "ぬ nu", "ね ne", "の no", "は ha", "ひ hi", "ふ hu", "へ he", "ほ ho",
    "ま ma", "み mi", "む mu", "め me", "も mo", "や ya", "ゆ yu", "よ yo", "ら ra", "り ri",
    "る ru", "れ re", "ろ ro", "わ wa", "ゐ wi", "ゑ we", "を wo", "ん n", "ゝ repeat",
)  # fmt: skip


def _quartet(bases: tuple[str, ...], *facts: tuple[int, str, str]) -> tuple[RemoteFile, ...]:
    return tuple(
        RemoteFile(
            name, tuple(base + name for base in bases), size, (f"sha256:{sha256}", f"md5:{md5}")
        )
        for name, (size, sha256, md5) in zip(_IDX, facts, strict=True)
    )


# Addresses, sizes and SHA-256: TensorFlow Datasets, mnist.txt. MD5 and the second address:
# torchvision, datasets/mnist.py. Licence: the documentation of keras.datasets.mnist.
MNIST = ReadySet(
    "mnist", "MNIST", "digits",
    "Handwritten digits, centred: the data set that most first networks learn from.",
    70_000, 10, "28 × 28 px, grey", CC_BY_SA_3,
    "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to document "
    "recognition. Proceedings of the IEEE 86(11), 2278–2324, 1998.",
    "https://yann.lecun.com/exdb/mnist/", "idx",
    _quartet(
        ("https://storage.googleapis.com/cvdf-datasets/mnist/",
         "https://ossci-datasets.s3.amazonaws.com/mnist/"),
        (9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
         "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
        (28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
         "d53e105ee54ea40749a09fcbcd1e9432"),
        (1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
         "9fb629c4189551a2d022fa330f9573f3"),
        (4_542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
         "ec29112dd5afa0611ce80d1b7f02629c"),
    ),
)  # fmt: skip

# Sizes and SHA-256: TensorFlow Datasets, fashion_mnist.txt. MD5, class names, licence: the
# publishers' README, whose repository holds the files, too. Second address: Keras,
# datasets/fashion_mnist.py.
FASHION = ReadySet(
    "fashion-mnist", "Fashion-MNIST", "clothes",
    "Articles of a clothes shop; as handy as MNIST and a good deal harder.",
    70_000, 10, "28 × 28 px, grey",
    Licence("MIT", "https://github.com/zalandoresearch/fashion-mnist/blob/master/LICENSE"),
    "H. Xiao, K. Rasul, R. Vollgraf: Fashion-MNIST: a novel image dataset for benchmarking "
    "machine learning algorithms. arXiv:1708.07747, 2017.",
    "https://github.com/zalandoresearch/fashion-mnist", "idx",
    _quartet(
        ("https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
         "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"),
        (26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
         "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        (29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
         "25c81989df183df01b3e8a0aad5dffbe"),
        (4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
         "bef4ecab320f06d8554ea6380940ec79"),
        (5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
         "bb300cfdad3c16e7a12a480ee83cd310"),
    ),
    ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
     "Ankle boot"),
)  # fmt: skip

_KUZUSHIJI = (
    "KMNIST Dataset (created by CODH), adapted from Kuzushiji Dataset (created by NIJL and "
    "others), doi:10.20676/00000341. T. Clanuwat and others: Deep Learning for Classical Japanese "
    "Literature. arXiv:1812.01718, 2018."
)

# Sizes and SHA-256: TensorFlow Datasets, kmnist.txt. MD5: torchvision, datasets/mnist.py.
# Licence and the words of the citation: the publishers' README (rois-codh/kmnist).
KUZUSHIJI = ReadySet(
    "kuzushiji-mnist", "Kuzushiji-MNIST", "letters",
    "Ten cursive characters from Japanese books of earlier centuries.",
    70_000, 10, "28 × 28 px, grey", CC_BY_SA_4, _KUZUSHIJI,
    "https://github.com/rois-codh/kmnist", "idx",
    _quartet(
        ("https://codh.rois.ac.jp/kmnist/dataset/kmnist/",),
        (18_165_135, "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
         "bdb82020997e1d708af4cf47b453dcf7"),
        (29_497, "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
         "e144d726b3acfaa3e44228e80efcd344"),
        (3_041_136, "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
         "5c965bf0a639b31b8f53240b1b52f4d7"),
        (5_120, "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
         "7320c461ea6c1c855c0b718fb2a4b134"),
    ),
    ("お o", "き ki", "す su", "つ tu", "な na", "は ha", "ま ma", "や ya", "れ re", "を wo"),
)  # fmt: skip


def _k49(name: str, about: int, md5: str) -> RemoteFile:
    address = f"https://codh.rois.ac.jp/kmnist/dataset/k49/{name}"
    return RemoteFile(name, (address,), about, (f"md5:{md5}",), exact=False)


# Sizes (rounded), numbers, licence: the publishers' README (rois-codh/kmnist). MD5 and the order
# of the classes: several public loaders of it that agree (KMNIST49 on top of torchvision, mnists).
KUZUSHIJI_49 = ReadySet(
    "kuzushiji-49", "Kuzushiji-49", "letters",
    "All 48 hiragana and a repeat mark, as uneven as they are in the books.",
    270_912, 49, "28 × 28 px, grey", CC_BY_SA_4, _KUZUSHIJI,
    "https://github.com/rois-codh/kmnist", "npz",
    (
        _k49("k49-train-imgs.npz", 63_000_000, "7ac088b20481cf51dcd01ceaab89d821"),
        _k49("k49-train-labels.npz", 200_000, "44a8e1b893f81e63ff38d73cad420f7a"),
        _k49("k49-test-imgs.npz", 11_000_000, "d352e201d846ce6b94f42c990966f374"),
        _k49("k49-test-labels.npz", 50_000, "4da6f7a62e67a832d5eb1bd85c5ee448"),
    ),
    _KANA,
)  # fmt: skip

_CIFAR_LICENCE = Licence(
    "no licence stated, cite the report", "https://www.cs.toronto.edu/~kriz/cifar.html", False
)
_CIFAR_REPORT = (
    "A. Krizhevsky: Learning Multiple Layers of Features from Tiny Images. Technical report, "
    "University of Toronto, 2009."
)

# Address, size, SHA-256: TensorFlow Datasets, cifar10.txt and cifar100.txt. The binary version:
# unlike the Python one it needs no pickle. Terms: the authors' page asks for the citation.
CIFAR_10 = ReadySet(
    "cifar-10", "CIFAR-10", "things",
    "Small photographs of animals and vehicles in ten even classes.",
    60_000, 10, "32 × 32 px, colour", _CIFAR_LICENCE, _CIFAR_REPORT,
    "https://www.cs.toronto.edu/~kriz/cifar.html", "cifar",
    (RemoteFile(
        "cifar-10-binary.tar.gz", ("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",),
        170_052_171,
        ("sha256:c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",),
    ),),
)  # fmt: skip
CIFAR_100 = ReadySet(
    "cifar-100", "CIFAR-100", "things",
    "As CIFAR-10 with 100 classes, which also belong to 20 coarser ones: two labels a picture.",
    60_000, 100, "32 × 32 px, colour", _CIFAR_LICENCE, _CIFAR_REPORT,
    "https://www.cs.toronto.edu/~kriz/cifar.html", "cifar",
    (RemoteFile(
        "cifar-100-binary.tar.gz", ("https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",),
        168_513_733,
        ("sha256:58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",),
    ),),
)  # fmt: skip


def _svhn(name: str, size: int, sha256: str, md5: str) -> RemoteFile:
    address = f"https://ufldl.stanford.edu/housenumbers/{name}"
    return RemoteFile(name, (address,), size, (f"sha256:{sha256}", f"md5:{md5}"))


# Sizes and SHA-256: TensorFlow Datasets, svhn_cropped.txt. MD5 and the meaning of label 10:
# torchvision, datasets/svhn.py. Licence: “Custom (non-commercial)” in the card of
# ufldl-stanford/svhn, after the authors' page.
SVHN = ReadySet(
    "svhn", "SVHN", "digits",
    "Digits of house numbers from street photographs, with their neighbours at the edge.",
    99_289, 10, "32 × 32 px, colour",
    Licence("non-commercial use only", "http://ufldl.stanford.edu/housenumbers/", False),
    "Y. Netzer, T. Wang, A. Coates, A. Bissacco, B. Wu, A. Y. Ng: Reading Digits in Natural "
    "Images with Unsupervised Feature Learning. NIPS Workshop on Deep Learning and Unsupervised "
    "Feature Learning, 2011.",
    "http://ufldl.stanford.edu/housenumbers/", "mat",
    (
        _svhn("train_32x32.mat", 182_040_794,
              "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8",
              "e26dedcc434d2e4c54c9b2d4a06d8373"),
        _svhn("test_32x32.mat", 64_275_384,
              "cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b",
              "eb5a983be6a315427106f1b164d9cef3"),
    ),
    ("1", "2", "3", "4", "5", "6", "7", "8", "9", "0"),
)  # fmt: skip

SMALL_PICTURES = (MNIST, FASHION, KUZUSHIJI, KUZUSHIJI_49, CIFAR_10, CIFAR_100, SVHN)
