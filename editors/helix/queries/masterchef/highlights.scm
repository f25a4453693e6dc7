; Written by `cargo xtask codegen` from `editors/tree-sitter-masterchef/queries/masterchef/highlights.scm`.

; Of several patterns for a node, the last one counts.

(identifier) @variable
(variable) @variable
(type_identifier) @type
(variant_identifier) @constructor

(comment) @comment.line
(doc_comment) @comment.line.documentation

; Words

[
  "as" "const" "else" "enum" "fn" "for" "if" "import" "in" "let" "match" "record" "type" "where" "with"
] @keyword

(visibility) @keyword
(priority) @keyword

[
  "component" "fact" "guard" "labels" "policy" "resource" "rollout" "test"
] @keyword

[
  "after" "check" "defaults" "limit" "out" "param" "prune" "select"
] @keyword

[
  "approval" "before" "every" "notify" "reload" "restart" "retry" "skip" "tags" "timeout" "when"
] @keyword

[
  "accepts" "claims" "early" "effects" "key" "local" "protocol" "provider" "read" "reads" "secret" "union" "writes"
] @keyword

[
  "budget" "deny" "expect" "fails" "from" "given" "health" "message" "on" "pause" "require" "wave"
] @keyword

(merge_rule) @keyword
(fact ["command" "file"] @keyword)
(fact format: (identifier) @constant)

[(boolean) (none)] @constant.builtin
(self) @variable.builtin

; Literals

[(integer) (mode) (size) (duration) (percentage)] @constant.numeric.integer
(float) @constant.numeric.float
[(string_text) (raw_string)] @string
["\"" "\"\"\""] @string
(escape) @constant.character.escape
(hole ["${" "}"] @punctuation.special)

; Names

(import module: (identifier) @namespace)
(imported) @type
(path module: (identifier) @namespace)
(path_pattern module: (identifier) @namespace)
(named_type module: (identifier) @namespace)

(function name: (identifier) @function)
(policy name: (identifier) @function)
(guard name: (identifier) @function)
(rollout name: (identifier) @function)
(call callee: (variable) @function)
(call callee: (member name: (identifier) @function.method))

(parameter name: (identifier) @variable.parameter)
(param name: (identifier) @variable.parameter)
(lambda_parameters (binding) @variable.parameter)
(argument name: (identifier) @variable.parameter)

(field name: (identifier) @variable.other.member)
(key name: (identifier) @variable.other.member)
(attribute_schema name: (identifier) @variable.other.member)
(output name: (identifier) @variable.other.member)
(out name: (identifier) @variable.other.member)
(attribute name: (identifier) @variable.other.member)
(change name: (identifier) @variable.other.member)
(pattern_field name: (identifier) @variable.other.member)
(member name: (identifier) @variable.other.member)

(variant name: (type_identifier) @constructor)

; Signs

[
  "=" "=>" "->" "==" "!=" "<" "<=" ">" ">=" "&&" "||" "??" "+" "-" "*" "/" "%" "!" "?" "|"
] @operator

["." "?." "," ":"] @punctuation.delimiter
(rest) @punctuation.delimiter
["{" "}" "(" ")" "[" "]"] @punctuation.bracket
