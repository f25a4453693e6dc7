; Documentation is Markdown.
((doc_comment) @injection.content
  (#set! injection.language "markdown_inline"))

; What a command runs through a shell is a script.
(list
  . (string) @_program
  . (string)
  . (string (string_text) @injection.content)
  (#match? @_program "^\"(/usr)?(/bin/)?(ba|da)?sh\"$")
  (#set! injection.language "bash"))

; Contents of files, by their ending.
(construct
  title: (string) @_path
  body: (body (attribute
    name: (identifier) @_name
    value: (string (string_text) @injection.content)))
  (#eq? @_name "content")
  (#match? @_path "\\.sh\"$")
  (#set! injection.combined)
  (#set! injection.language "bash"))

(construct
  title: (string) @_path
  body: (body (attribute
    name: (identifier) @_name
    value: (string (string_text) @injection.content)))
  (#eq? @_name "content")
  (#match? @_path "\\.json\"$")
  (#set! injection.combined)
  (#set! injection.language "json"))

(construct
  title: (string) @_path
  body: (body (attribute
    name: (identifier) @_name
    value: (string (string_text) @injection.content)))
  (#eq? @_name "content")
  (#match? @_path "\\.ya?ml\"$")
  (#set! injection.combined)
  (#set! injection.language "yaml"))

(construct
  title: (string) @_path
  body: (body (attribute
    name: (identifier) @_name
    value: (string (string_text) @injection.content)))
  (#eq? @_name "content")
  (#match? @_path "\\.toml\"$")
  (#set! injection.combined)
  (#set! injection.language "toml"))

(construct
  title: (string) @_path
  body: (body (attribute
    name: (identifier) @_name
    value: (string (string_text) @injection.content)))
  (#eq? @_name "content")
  (#match? @_path "\\.html?\"$")
  (#set! injection.combined)
  (#set! injection.language "html"))
