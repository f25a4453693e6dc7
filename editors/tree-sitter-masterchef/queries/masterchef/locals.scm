(source_file) @local.scope
(function) @local.scope
(block) @local.scope
(lambda) @local.scope
(comprehension) @local.scope
(for) @local.scope
(arm) @local.scope

(function name: (identifier) @local.definition.function)
(parameter name: (identifier) @local.definition.parameter)
(param name: (identifier) @local.definition.parameter)
(let name: (identifier) @local.definition.var)
(binding) @local.definition.var
(import_name name: (_) @local.definition.import)

(variable) @local.reference
