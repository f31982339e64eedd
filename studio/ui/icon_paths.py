"""The paths of the icon set: 20 px grid, stroke 1.5 px, round ends, no fill."""

from __future__ import annotations

PATHS: dict[str, str] = {
    "data": (
        '<rect x="3" y="3" width="6" height="6" rx="1.2"/>'
        '<rect x="11" y="3" width="6" height="6" rx="1.2"/>'
        '<rect x="3" y="11" width="6" height="6" rx="1.2"/>'
        '<rect x="11" y="11" width="6" height="6" rx="1.2"/>'
    ),
    "augment": (
        '<path d="M7.4 5 2.6 15h4.8z"/>'
        '<path d="M12.6 5l4.8 10h-4.8z"/>'
        '<path d="M10 3v2.2M10 8.9v2.2M10 14.8V17"/>'
    ),
    "model": (
        '<rect x="2.5" y="2.5" width="3.2" height="15" rx="1.2"/>'
        '<rect x="8.4" y="5" width="3.2" height="10" rx="1.2"/>'
        '<rect x="14.3" y="7.3" width="3.2" height="5.4" rx="1.2"/>'
    ),
    "train": ('<path d="M3 3v14h14"/><path d="M6 5.5c1 5.2 3.6 7.6 10.5 8"/>'),
    "understand": (
        '<path d="M2.2 10S5 4.8 10 4.8 17.8 10 17.8 10 15 15.2 10 15.2 2.2 10 2.2 10z"/>'
        '<circle cx="10" cy="10" r="2.4"/>'
    ),
    "classify": (
        '<path d="M3 6.5V4.6A1.6 1.6 0 0 1 4.6 3h1.9M13.5 3h1.9A1.6 1.6 0 0 1 17 '
        "4.6v1.9M17 13.5v1.9a1.6 1.6 0 0 1-1.6 1.6h-1.9M6.5 17H4.6A1.6 1.6 0 0 1 3 "
        '15.4v-1.9"/>'
        '<path d="m6.8 10.3 2.2 2.2 4.4-4.8"/>'
    ),
    "search": ('<circle cx="9" cy="9" r="5.2"/><path d="m13 13 4 4"/>'),
    "down": ('<path d="m6 8 4 4 4-4"/>'),
    "right": ('<path d="m8 6 4 4-4 4"/>'),
    "left": ('<path d="M15.5 10h-11M8.5 5.5 4 10l4.5 4.5"/>'),
    "up": ('<path d="m6 12 4-4 4 4"/>'),
    "plus": ('<path d="M10 4v12M4 10h12"/>'),
    "close": ('<path d="m5 5 10 10M15 5 5 15"/>'),
    "check": ('<path d="m4.5 10.5 3.7 3.7 7.3-8"/>'),
    "warning": ('<path d="M10 3.2 17.8 16.6H2.2z"/><path d="M10 8.2v3.8M10 14.2v.1"/>'),
    "info": ('<circle cx="10" cy="10" r="7"/><path d="M10 9.3v4.2M10 6.6v.1"/>'),
    "error": ('<circle cx="10" cy="10" r="7"/><path d="M10 6.2v4.6M10 13.5v.1"/>'),
    "good": ('<circle cx="10" cy="10" r="7"/><path d="m6.8 10.3 2.2 2.2 4.2-4.8"/>'),
    "pause": ('<path d="M7 4.5v11M13 4.5v11"/>'),
    "play": ('<path d="M6 4.2v11.6l9.5-5.8z"/>'),
    "stop": ('<rect x="5" y="5" width="10" height="10" rx="1.2"/>'),
    "folder": (
        '<path d="M2.8 15.2V5.4a1.2 1.2 0 0 1 1.2-1.2h3.6l1.8 2h6.6a1.2 1.2 0 0 1 1.2 '
        '1.2v7.8a1.2 1.2 0 0 1-1.2 1.2H4a1.2 1.2 0 0 1-1.2-1.2z"/>'
    ),
    "undo": ('<path d="M7.2 4 3.6 7.6l3.6 3.6"/><path d="M4 7.6h7.6a4.4 4.4 0 0 1 0 8.8H8"/>'),
    "redo": ('<path d="m12.8 4 3.6 3.6-3.6 3.6"/><path d="M16 7.6H8.4a4.4 4.4 0 0 0 0 8.8H12"/>'),
    "more": ('<path d="M4.5 10h.1M10 10h.1M15.5 10h.1" stroke-width="2.2"/>'),
    "sort": ('<path d="M6 4v12M3.2 13 6 16l2.8-3M11 5h6M11 9h4.5M11 13h3"/>'),
    "filter": ('<path d="M3 5h14M5.8 10h8.4M8.4 15h3.2"/>'),
    "stats": ('<path d="M4 16.5V9M10 16.5V3.5M16 16.5v-5"/>'),
    "list": ('<path d="M3.5 5h13M3.5 10h13M3.5 15h13"/>'),
    "image": (
        '<rect x="3" y="3.5" width="14" height="13" rx="1.6"/>'
        '<circle cx="7.2" cy="7.8" r="1.3"/>'
        '<path d="m3.4 14.2 3.8-3.6 2.6 2.4 3.4-3.6 3.6 3.6"/>'
    ),
    "dice": (
        '<rect x="3.2" y="3.2" width="13.6" height="13.6" rx="2.4"/>'
        '<path d="M7 7h.1M13 13h.1M10 10h.1M13 7h.1M7 13h.1" stroke-width="1.9"/>'
    ),
    "pin": ('<path d="M7.2 3h5.6l-.9 5 2.6 3H5.5l2.6-3zM10 11v6"/>'),
    "lock": (
        '<rect x="4.5" y="9" width="11" height="7.6" rx="1.4"/><path d="M7 9V6.6a3 3 0 0 1 6 0V9"/>'
    ),
    "drag": (
        '<path d="M7.5 5h.1M7.5 10h.1M7.5 15h.1M12.5 5h.1M12.5 10h.1M12.5 15h.1" '
        'stroke-width="1.9"/>'
    ),
    "download": ('<path d="M10 3v9.5M6.2 9 10 12.8 13.8 9M3.5 16.5h13"/>'),
    "export": (
        '<path d="M10 12.5V3M6.2 6.8 10 3l3.8 3.8M3.5 12v3.2a1.3 1.3 0 0 0 1.3 '
        '1.3h10.4a1.3 1.3 0 0 0 1.3-1.3V12"/>'
    ),
    "camera": (
        '<path d="M3 7.2A1.2 1.2 0 0 1 4.2 6h2l1.2-1.9h5.2L13.8 6h2A1.2 1.2 0 0 1 17 '
        '7.2v7.4a1.2 1.2 0 0 1-1.2 1.2H4.2A1.2 1.2 0 0 1 3 14.6z"/>'
        '<circle cx="10" cy="10.6" r="2.8"/>'
    ),
    "paste": (
        '<rect x="4.5" y="4.2" width="11" height="13" rx="1.4"/>'
        '<path d="M7.5 4.2V3h5v1.2M7.5 9h5M7.5 12.5h3.5"/>'
    ),
    "copy": (
        '<rect x="7" y="7" width="10" height="10" rx="1.4"/>'
        '<path d="M4.6 13A1.6 1.6 0 0 1 3 11.4V4.6A1.6 1.6 0 0 1 4.6 3h6.8A1.6 1.6 0 0 1 '
        '13 4.6"/>'
    ),
    "star": (
        '<path d="m10 2.9 2.2 4.5 4.9.7-3.6 3.5.9 4.9-4.4-2.3-4.4 2.3.9-4.9L2.9 8.1l4.9-.7z"/>'
    ),
    "eyeoff": (
        '<path d="M4 4l12 12M8 5.1A8 8 0 0 1 10 4.8c5 0 7.8 5.2 7.8 5.2a13 13 0 0 1-2.4 '
        '2.9M12 14.9a7 7 0 0 1-2 .3C5 15.2 2.2 10 2.2 10a13 13 0 0 1 3-3.4"/>'
    ),
    "trash": (
        '<path d="M3.8 5.6h12.4M8 5.6V3.8h4v1.8M5.4 5.6l.7 10.8h7.8l.7-10.8M8.4 '
        '8.6v4.8M11.6 8.6v4.8"/>'
    ),
    "chip": (
        '<rect x="5.5" y="5.5" width="9" height="9" rx="1.4"/>'
        '<path d="M8 5.5V3M12 5.5V3M8 17v-2.5M12 17v-2.5M5.5 8H3M5.5 12H3M17 8h-2.5M17 '
        '12h-2.5"/>'
    ),
    "help": (
        '<circle cx="10" cy="10" r="7"/>'
        '<path d="M7.9 8.2a2.1 2.1 0 1 1 3 1.9c-.6.3-.9.7-.9 1.4M10 13.8v.1"/>'
    ),
    "settings": (
        '<path d="M3 6h7M14.5 6H17M3 14h2.5M10 14h7"/>'
        '<circle cx="12.2" cy="6" r="2.1"/>'
        '<circle cx="7.7" cy="14" r="2.1"/>'
    ),
    "zoom": ('<circle cx="9" cy="9" r="5.2"/><path d="m13 13 4 4M9 6.8v4.4M6.8 9h4.4"/>'),
    "fit": ('<path d="M3.5 7V3.5H7M13 3.5h3.5V7M16.5 13v3.5H13M7 16.5H3.5V13"/>'),
    "panel-left": (
        '<rect x="2.8" y="4" width="14.4" height="12" rx="1.4"/>'
        '<path d="M8 4v12M5 7.2h.8M5 10h.8"/>'
    ),
    "panel-right": (
        '<rect x="2.8" y="4" width="14.4" height="12" rx="1.4"/>'
        '<path d="M12 4v12M14.2 7.2h.8M14.2 10h.8"/>'
    ),
    "compare": ('<rect x="3" y="4" width="14" height="12" rx="1.4"/><path d="M10 4v12"/>'),
    "branch": (
        '<circle cx="6" cy="4.6" r="1.8"/>'
        '<circle cx="6" cy="15.4" r="1.8"/>'
        '<circle cx="14" cy="7.4" r="1.8"/>'
        '<path d="M6 6.4v7.2M14 9.2c0 2.6-2 3-5 3.4-1.8.2-3 .4-3 1"/>'
    ),
    "clock": ('<circle cx="10" cy="10" r="7"/><path d="M10 6v4.2l2.8 1.7"/>'),
    "twins": (
        '<rect x="3" y="6.4" width="8.6" height="8.6" rx="1.2"/>'
        '<path d="M8.4 4.5h7a1.2 1.2 0 0 1 1.2 1.2v7"/>'
    ),
    "dark": ('<path d="M15.8 12.2A6.6 6.6 0 0 1 7.8 4.2a6.6 6.6 0 1 0 8 8z"/>'),
    "bright": (
        '<circle cx="10" cy="10" r="3.3"/>'
        '<path d="M10 2.8v1.9M10 15.3v1.9M2.8 10h1.9M15.3 10h1.9M4.9 4.9l1.4 1.4M13.7 13.7l1.4 '
        '1.4M15.1 4.9l-1.4 1.4M6.3 13.7l-1.4 1.4"/>'
    ),
    "blur": (
        '<circle cx="10" cy="10" r="6.5" stroke-dasharray="2 2.6"/><circle cx="10" cy="10" r="2"/>'
    ),
    "broken": (
        '<path d="M11 2.8H5.6A1.3 1.3 0 0 0 4.3 4.1v11.8a1.3 1.3 0 0 0 1.3 1.3h8.8a1.3 1.3 '
        '0 0 0 1.3-1.3V7.5z"/>'
        '<path d="m8 9.6 4 4M12 9.6l-4 4"/>'
    ),
    "split": ('<path d="M3 10h5l4-5h5M8 10l4 5h5"/>'),
    "balance": ('<path d="M4 16.5v-11M8 16.5v-7M12 16.5v-9M16 16.5v-2"/>'),
    "size": (
        '<rect x="3.5" y="3.5" width="13" height="13" rx="1.4" stroke-dasharray="2.2 2.2"/>'
        '<rect x="3.5" y="10.5" width="6" height="6" rx="1"/>'
    ),
    "swap": ('<path d="M4 7h11.5M12.5 4l3 3-3 3M16 13H4.5M7.5 10l-3 3 3 3"/>'),
    "tag": (
        '<path d="M3.5 9.5V4a.5.5 0 0 1 .5-.5h5.5l7 7-6 6z"/>'
        '<path d="M6.8 6.8h.1" stroke-width="1.9"/>'
    ),
    "notebook": (
        '<rect x="4.5" y="3" width="11.5" height="14" rx="1.4"/>'
        '<path d="M8 3v14M3 6.5h2.5M3 10h2.5M3 13.5h2.5"/>'
    ),
    "report": (
        '<path d="M5.2 3h6.6L15.5 6.7v9.1a1.2 1.2 0 0 1-1.2 1.2H5.7a1.2 1.2 0 0 '
        '1-1.2-1.2V4.2"/>'
        '<path d="M7.5 10.5h5M7.5 13.5h3"/>'
    ),
    "edit": (
        '<path d="M4 16l.8-3.4L13.4 4a1.3 1.3 0 0 1 1.8 0l.8.8a1.3 1.3 0 0 1 0 1.8L7.4 '
        '15.2z"/>'
        '<path d="m12 5.5 2.5 2.5"/>'
    ),
    "network": (
        '<circle cx="4.5" cy="5.5" r="1.7"/>'
        '<circle cx="4.5" cy="14.5" r="1.7"/>'
        '<circle cx="15.5" cy="10" r="1.7"/>'
        '<path d="m6.1 6.2 7.8 3.2M6.1 13.8l7.8-3.2"/>'
    ),
    "speed": ('<path d="M3.6 14.5a7.2 7.2 0 1 1 12.8 0"/><path d="m10 11.5 3-4"/>'),
    "memory": (
        '<rect x="3" y="6" width="14" height="8" rx="1.2"/>'
        '<path d="M6.5 14v2.2M10 14v2.2M13.5 14v2.2M6.5 9v2M10 9v2M13.5 9v2"/>'
    ),
    "screen": ('<rect x="2.8" y="4" width="14.4" height="9.5" rx="1.2"/><path d="M7 16.5h6"/>'),
}
