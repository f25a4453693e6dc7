#!/bin/bash
# Writes the parser from `grammar.js`, with tree-sitter 0.27.1: `cargo install tree-sitter-cli --locked --version 0.27.1`.
# A test compares the digests, so that nobody needs that program who does not change the grammar.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
tree-sitter generate --abi 15
sha256sum grammar.js src/grammar.json src/node-types.json src/parser.c >src/generated.sha256
