; Written by `cargo xtask codegen` from `editors/tree-sitter-masterchef/queries/masterchef/indents.scm`.

[
  (block)
  (body)
  (record)
  (enum)
  (variant)
  (labels)
  (resource)
  (guard)
  (rollout)
  (test)
  (match)
  (with)
  (list)
  (map)
  (comprehension)
  (arguments)
  (parameters)
] @indent

["}" "]" ")"] @outdent
