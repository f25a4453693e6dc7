"""Whether a configuration of Helix fits together: `helix.py FOLDER`. Helix itself is in no registry that tests may use."""

import pathlib
import sys
import tomllib

folder = pathlib.Path(sys.argv[1])
configuration = tomllib.loads((folder / "languages.toml").read_text())
assert set(configuration) == {"language", "language-server", "grammar"}, configuration.keys()
endings = set()
for language in configuration["language"]:
    assert set(language["language-servers"]) <= set(configuration["language-server"]), language
    assert language["roots"] == ["masterchef.toml"], language
    endings |= set(language["file-types"])
assert endings == {"mc", "mct"}, endings
for server in configuration["language-server"].values():
    assert [server["command"], *server["args"]] == ["mcc", "lsp", "--stdio"], server
for grammar in configuration["grammar"]:
    assert grammar["name"] in [language["name"] for language in configuration["language"]], grammar
    assert (folder / grammar["source"]["path"] / "src/parser.c").is_file(), grammar
    queries = folder / "queries" / grammar["name"]
    assert {file.name for file in queries.iterdir()} >= {"highlights.scm", "indents.scm", "injections.scm"}, queries
