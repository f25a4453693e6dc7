"""Parses texts with the tree-sitter grammar, and colours them with its queries.

    nodes.py GRAMMAR LIBRARY < REQUEST

The request is a list of texts. The answer has, for each, whether there is a mistake in it, its nodes as
`[kind, start, end, field of the parent, kind of the parent]`, and its captures by `highlights.scm` as
`[name, start, end]`, and the tree as text. Places are bytes.
"""

import ctypes
import json
import pathlib
import sys

from tree_sitter import Language, Parser, Query, QueryCursor

NAME = "masterchef"


def language(library: str) -> Language:
    function = getattr(ctypes.CDLL(library), f"tree_sitter_{NAME}")
    function.restype = ctypes.c_void_p
    capsule = ctypes.pythonapi.PyCapsule_New
    capsule.restype = ctypes.py_object
    capsule.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    return Language(capsule(function(), b"tree_sitter.Language", None))


def nodes(tree) -> list:
    """All nodes but those without a name of their own."""
    found = []
    cursor = tree.walk()
    parents = []
    while True:
        node = cursor.node
        if node.is_named:
            found.append([node.type, node.start_byte, node.end_byte, cursor.field_name, parents[-1] if parents else None])
        if cursor.goto_first_child():
            parents.append(node.type)
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return found
            parents.pop()


def captures(query: Query, tree) -> list:
    """The capture that counts for each node: of several patterns, the last one."""
    last = {}
    for pattern, names in QueryCursor(query).matches(tree.root_node):
        for name, found in names.items():
            for node in found:
                key = (node.start_byte, node.end_byte)
                if key not in last or last[key][0] <= pattern:
                    last[key] = (pattern, name)
    return sorted([name, start, end] for (start, end), (_, name) in last.items())


def main():
    grammar, library = pathlib.Path(sys.argv[1]), sys.argv[2]
    the_language = language(library)
    # Those that are not asked below have to fit the grammar as well, and so have Helix's. All are kept: the binding
    # frees the language with the first of its queries that goes.
    files = [file for folder in (grammar, grammar.parent / "helix") for file in (folder / "queries" / NAME).glob("*.scm")]
    queries = {file: Query(the_language, file.read_text()) for file in files}
    highlights = queries[grammar / "queries" / NAME / "highlights.scm"]
    parser = Parser(the_language)
    answer = []
    for text in json.load(sys.stdin):
        tree = parser.parse(text.encode())
        coloured = captures(highlights, tree)
        root = tree.root_node
        answer.append({"mistake": root.has_error, "nodes": nodes(tree), "captures": coloured, "tree": str(root)})
    json.dump({"queries": sorted({file.stem for file in files}), "texts": answer}, sys.stdout)


main()
