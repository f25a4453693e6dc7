; Of several patterns for a node, the last one counts.

(identifier) @variable
(variable) @variable
(type_identifier) @type
(variant_identifier) @constructor

(comment) @comment
(doc_comment) @comment.documentation

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

[(integer) (mode) (size) (duration) (percentage)] @number
(float) @number.float
[(string_text) (raw_string)] @string
["\"" "\"\"\""] @string
(escape) @string.escape
(hole ["${" "}"] @punctuation.special)

; Names

(import module: (identifier) @module)
(imported) @type
(path module: (identifier) @module)
(path_pattern module: (identifier) @module)
(named_type module: (identifier) @module)

(function name: (identifier) @function)
(policy name: (identifier) @function)
(guard name: (identifier) @function)
(rollout name: (identifier) @function)
(call callee: (variable) @function.call)
(call callee: (member name: (identifier) @function.method.call))

(parameter name: (identifier) @variable.parameter)
(param name: (identifier) @variable.parameter)
(lambda_parameters (binding) @variable.parameter)
(argument name: (identifier) @variable.parameter)

(field name: (identifier) @property)
(key name: (identifier) @property)
(attribute_schema name: (identifier) @property)
(output name: (identifier) @property)
(out name: (identifier) @property)
(attribute name: (identifier) @property)
(change name: (identifier) @property)
(pattern_field name: (identifier) @property)
(member name: (identifier) @property)

(variant name: (type_identifier) @constructor)

; Signs

[
  "=" "=>" "->" "==" "!=" "<" "<=" ">" ">=" "&&" "||" "??" "+" "-" "*" "/" "%" "!" "?" "|"
] @operator

["." "?." "," ":"] @punctuation.delimiter
(rest) @punctuation.delimiter
["{" "}" "(" ")" "[" "]"] @punctuation.bracket
