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
] @indent.begin

["}" "]" ")"] @indent.branch @indent.end

[(comment) (doc_comment)] @indent.ignore
