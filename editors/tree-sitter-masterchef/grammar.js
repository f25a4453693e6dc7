/**
 * @file The Masterchef language
 * @license Apache-2.0
 */

// The nodes are those of the compiler's own syntax tree, and a test of the repository holds one against the other.
// What ends an item, and which block an opening brace begins, is decided in `src/scanner.c`.

// words: generated
const RESERVED = [
  'as', 'const', 'default', 'else', 'enum', 'fn', 'for', 'force', 'if', 'import', 'in', 'let', 'match', 'pub', 'record', 'type', 'where', 'with',
  'false', 'none', 'self', 'true',
];
// end

const PREC = { or: 1, and: 2, compare: 3, coalesce: 4, add: 5, multiply: 6, unary: 7 };

/** Items between separators; the last may have one behind it. */
const items = (rule, separator) => optional(seq(rule, repeat(seq(separator, rule)), optional(separator)));

const comma = rule => optional(commaSome(rule, true));

const commaSome = (rule, trailing = false) =>
  seq(rule, repeat(seq(',', rule)), ...(trailing ? [optional(',')] : []));

/** A word that is one of the language at this place may still be a name there. */
const name = ($, ...list) => choice($.identifier, ...list.map(word => alias(word, $.identifier)));

const CLAUSES = ['after', 'before', 'notify', 'when', 'timeout', 'retry', 'restart', 'reload', 'skip', 'approval', 'tags'];
const FIELDS = ['check', 'replace', 'append', 'merge'];
const ATTRIBUTES = [
  'provider', 'key', 'local', 'out', 'early', 'read', 'union', 'claims', 'reads', 'writes', 'after', 'effects', 'check',
];

module.exports = grammar({
  name: 'masterchef',

  word: $ => $.identifier,

  externals: $ => [$._newline, $._block_open, $._body_open, $._every, $._error],

  extras: $ => [/[ \t\r\n]/, /\uFEFF/, $.comment, $.doc_comment],

  supertypes: $ => [$.declaration, $.statement, $.expression, $.pattern, $.type],

  reserved: { global: _ => RESERVED },

  rules: {
    source_file: $ => items(choice(seq(optional($.visibility), $.declaration)), $._newline),

    // Text

    comment: _ => token(seq('//', /[^\n]*/)),
    doc_comment: _ => token(prec(1, choice(seq('//!', /[^\n]*/), /\/\/\/([^\/\n][^\n]*)?/))),

    identifier: _ => /[a-z_][A-Za-z0-9_]*/,
    type_identifier: _ => /[A-Z][A-Za-z0-9_]*/,
    // With its dot: what stands behind a dot and begins with a capital is one token.
    variant_identifier: _ => /\.[A-Z][A-Za-z0-9_]*/,

    _sep: $ => choice($._newline, ','),

    // Declarations

    visibility: _ => 'pub',

    declaration: $ => choice(
      $.import, $.let, $.function, $.type_alias, $.record, $.enum, $.labels, $.resource, $.component, $.policy, $.guard,
      $.rollout, $.test, $.fact,
    ),

    import: $ => seq(
      'import',
      $._module_path,
      optional(choice(
        field('name', alias($.variant_identifier, $.imported)),
        seq('.', '{', items($.import_name, $._sep), '}'),
      )),
    ),
    _module_path: $ => choice(field('module', $.identifier), seq($._module_path, '.', field('module', $.identifier))),
    import_name: $ => seq(
      field('name', choice($.identifier, $.type_identifier)),
      optional(seq('as', field('alias', choice($.identifier, $.type_identifier)))),
    ),

    let: $ => seq(
      optional('const'),
      'let',
      choice(field('name', $.identifier), field('pattern', $._structure), field('pattern', $.wildcard_pattern)),
      optional(seq(':', field('type', $.type))),
      '=',
      field('value', $.expression),
    ),

    generics: $ => seq('<', commaSome($.type_identifier, true), '>'),

    function: $ => seq(
      'fn',
      field('name', $.identifier),
      optional($.generics),
      field('parameters', $.parameters),
      '->',
      field('result', $.type),
      field('body', $.block),
    ),
    parameters: $ => seq('(', comma($.parameter), ')'),
    parameter: $ => seq(field('name', $.identifier), ':', field('type', $.type), optional($._default)),
    _default: $ => seq('=', field('default', $.expression)),

    type_alias: $ => seq(
      'type',
      field('name', $.type_identifier),
      optional($.generics),
      '=',
      field('type', $.type),
      optional(seq('where', field('condition', $.expression))),
    ),

    record: $ => seq(
      'record', field('name', $.type_identifier), optional($.generics), '{', items($._record_item, $._sep), '}',
    ),
    _record_item: $ => choice($.field, $.check),
    field: $ => seq(
      optional($.merge_rule),
      field('name', name($, ...FIELDS)), ':', field('type', $.type), optional($._default),
    ),
    merge_rule: _ => choice('replace', 'append', 'merge'),
    check: $ => seq('check', field('condition', $.expression), 'else', field('message', $.expression)),

    enum: $ => seq(
      'enum', field('name', $.type_identifier), optional($.generics), '{', items($.variant, $._sep), '}',
    ),
    variant: $ => seq(field('name', $.type_identifier), optional(seq('{', items($._record_item, $._sep), '}'))),

    labels: $ => seq('labels', '{', items(alias($.plain_field, $.field), $._sep), '}'),
    plain_field: $ => seq(field('name', $.identifier), ':', field('type', $.type), optional($._default)),

    component: $ => seq(
      'component', field('name', $.type_identifier), optional($.generics), field('body', $.block),
    ),
    policy: $ => seq('policy', field('name', $.identifier), field('body', $.block)),

    fact: $ => seq(
      'fact', field('name', $.identifier), ':', field('type', $.type),
      'from', choice('command', 'file'), field('source', $.expression),
      repeat(choice(seq('as', field('format', $.identifier)), seq('timeout', field('timeout', $.expression)))),
    ),

    // Schemas of resources

    resource: $ => seq('resource', field('name', $.type_identifier), '{', items($._schema_item, $._sep), '}'),
    _schema_item: $ => choice($.provider, $.key, $.attribute_schema, $.output, $.relation, $.effects, $.check),
    provider: $ => seq('provider', field('name', $.string), 'protocol', field('version', $.integer)),
    _schema_field: $ => seq(
      field('name', name($, ...ATTRIBUTES)), ':', field('type', $.type), optional($._default),
    ),
    key: $ => seq(optional('local'), 'key', $._schema_field),
    attribute_schema: $ => seq(optional('union'), $._schema_field, optional(seq('accepts', 'secret'))),
    output: $ => seq(optional(choice('early', 'read')), 'out', $._schema_field),
    // A comma behind one of these goes on with it.
    relation: $ => prec.right(seq(choice('claims', 'reads', 'writes', 'after'), commaSome($.expression))),
    effects: $ => prec.right(seq('effects', commaSome($.expression))),

    // Guards, rollouts and tests

    guard: $ => seq('guard', field('name', $.identifier), '{', items($._guard_item, $._sep), '}'),
    _guard_item: $ => choice($.deny, $.on, $.require_approval, $.message),
    deny: $ => seq('deny', $._subject),
    on: $ => seq('on', $._subject),
    _subject: $ => seq(
      field('type', $.path), optional(field('name', $.identifier)), optional(seq('when', field('condition', $.expression))),
    ),
    require_approval: $ => seq('require', 'approval', 'from', field('role', $.expression)),
    message: $ => seq('message', field('text', $.expression)),

    rollout: $ => seq('rollout', field('name', $.identifier), '{', items($._rollout_item, $._sep), '}'),
    _rollout_item: $ => choice($.rollout_policy, $.wave, $.pause, $.health, $.budget),
    rollout_policy: $ => seq('policy', field('name', $.identifier)),
    wave: $ => seq(
      'wave', field('name', $.identifier),
      repeat(choice(
        field('size', $._share),
        seq('pause', field('pause', $.expression)),
        seq('when', field('condition', $.expression)),
      )),
    ),
    pause: $ => seq('pause', field('value', $.expression)),
    health: $ => seq('health', field('value', $.expression)),
    budget: $ => seq('budget', field('value', $._share)),
    _share: $ => choice($.integer, $.percentage),

    test: $ => seq('test', field('name', $.string), '{', items($._test_item, $._sep), '}'),
    _test_item: $ => choice($.given, $.let, $.expect, $.expect_fails),
    given: $ => seq('given', field('name', $.identifier), choice('=', 'in'), field('value', $.expression)),
    expect: $ => seq('expect', field('condition', $.expression)),
    expect_fails: $ => seq(
      'expect', 'fails', optional(field('code', $.type_identifier)), optional(field('message', $.string)),
      field('body', $.block),
    ),

    // Statements

    block: $ => seq(alias($._block_open, '{'), items($.statement, $._sep), '}'),

    statement: $ => choice(
      $.let, $.param, $.out, $.select, $.after, $.check, $.defaults, $.prune, $.expression_statement,
    ),
    param: $ => seq(
      optional('const'), 'param', field('name', $.identifier), ':', field('type', $.type), optional($._default),
    ),
    out: $ => seq('out', field('name', $.identifier), ':', field('type', $.type), '=', field('value', $.expression)),
    select: $ => seq('select', field('condition', $.expression)),
    after: $ => seq('after', field('value', $.expression)),
    defaults: $ => seq('defaults', field('type', $.path), field('body', $.body)),
    prune: $ => seq('prune', '[', comma($.path), ']', optional(seq('limit', field('limit', $.expression)))),
    expression_statement: $ => $.expression,

    // Bodies of resources and records

    body: $ => seq(alias($._body_open, '{'), items(choice($.attribute, $.clause), $._sep), '}'),
    attribute: $ => seq(
      field('name', name($, ...CLAUSES)),
      optional(seq('=', optional(field('priority', $.priority)), field('value', $.expression))),
    ),
    priority: _ => choice('default', 'force'),
    clause: $ => choice(
      seq(
        field('kind', choice(
          'after', 'before', 'notify', 'when', 'timeout', 'approval', 'tags',
          seq('restart', 'on'), seq('reload', 'on'), seq('skip', 'when'),
        )),
        field('value', $.expression),
      ),
      seq('retry', field('value', $.expression), optional(seq(alias($._every, 'every'), field('every', $.expression)))),
    ),

    // Types

    type: $ => choice(
      $.named_type, $.optional_type, $.parenthesized_type, $.tuple_type, $.function_type,
    ),
    named_type: $ => prec.right(seq(
      optional(field('module', $.identifier)),
      field('name', choice($.type_identifier, $.variant_identifier)),
      optional($.type_arguments),
    )),
    type_arguments: $ => seq('<', commaSome($.type), '>'),
    optional_type: $ => prec(1, seq($._plain_type, '?')),
    _plain_type: $ => choice($.named_type, $.optional_type, $.parenthesized_type, $.tuple_type),
    parenthesized_type: $ => seq('(', $.type, ')'),
    tuple_type: $ => seq('(', $.type, repeat1(seq(',', $.type)), ')'),
    function_type: $ => prec.right(seq('(', commaSome($.type), ')', '->', field('result', $.type))),

    // Expressions

    expression: $ => choice(
      $.binary, $.unary, $._primary, $.if, $.match, $.for, $.lambda,
    ),
    _operand: $ => choice($.binary, $.unary, $._primary),
    _primary: $ => choice(
      $.variable, $.self, $.path, $.variant_value, $._literal, $.string, $.parenthesized, $.tuple, $.list, $.map,
      $.comprehension, $.member, $.tuple_index, $.with, $.call, $.index, $.reference, $.conversion, $.construct,
    ),
    // What follows tells it from `expect fails`.
    variable: $ => choice($.identifier, alias('fails', $.identifier)),
    self: _ => 'self',
    variant_value: $ => $.variant_identifier,

    binary: $ => choice(
      ...[
        ['||', PREC.or], ['&&', PREC.and], ['==', PREC.compare], ['!=', PREC.compare], ['<', PREC.compare],
        ['<=', PREC.compare], ['>', PREC.compare], ['>=', PREC.compare], ['in', PREC.compare], ['+', PREC.add],
        ['-', PREC.add], ['*', PREC.multiply], ['/', PREC.multiply], ['%', PREC.multiply],
      ].map(([operator, level]) => prec.left(level, seq(
        field('left', $._operand), field('operator', operator), field('right', $._operand),
      ))),
      prec.right(PREC.coalesce, seq(field('left', $._operand), field('operator', '??'), field('right', $._operand))),
    ),
    unary: $ => prec(PREC.unary, seq(field('operator', choice('-', '!')), field('operand', choice($.unary, $._primary)))),

    parenthesized: $ => seq('(', $.expression, ')'),
    tuple: $ => seq('(', $.expression, repeat1(seq(',', $.expression)), optional(','), ')'),
    list: $ => seq('[', comma($.expression), ']'),
    map: $ => seq('[', commaSome($.entry, true), ']'),
    entry: $ => seq(field('key', $.expression), '=>', field('value', $.expression)),
    comprehension: $ => seq(
      '[',
      field('element', $.expression),
      optional(seq('=>', field('value', $.expression))),
      'for', commaSome(field('pattern', $.pattern)), 'in', field('iterable', $._operand),
      optional(seq('if', field('condition', $._operand))),
      ']',
    ),

    _dot: _ => choice('.', '?.'),
    member: $ => seq(field('base', $._base), $._dot, field('name', $.identifier)),
    tuple_index: $ => seq(field('base', $._base), $._dot, field('index', alias(token.immediate(/[0-9]+/), $.integer))),
    // What a dot, a bracket or a parenthesis may follow.
    _base: $ => choice($._primary),
    with: $ => seq(field('base', $._primary), 'with', alias($._body_open, '{'), items($.change, $._sep), '}'),
    change: $ => seq(
      field('name', $.identifier), repeat(seq('.', field('name', $.identifier))), '=', field('value', $.expression),
    ),
    call: $ => seq(field('callee', $._primary), field('arguments', $.arguments)),
    arguments: $ => seq('(', comma($.argument), ')'),
    argument: $ => seq(optional(seq(field('name', $.identifier), '=')), field('value', $.expression)),
    index: $ => seq(field('base', $._primary), '[', field('index', $.expression), ']'),

    path: $ => $._path,
    _path: $ => prec.right(choice(
      seq($.type_identifier, repeat($.variant_identifier)),
      seq(field('module', $.identifier), repeat1($.variant_identifier)),
    )),
    reference: $ => prec(1, seq(field('type', $.path), '[', field('key', $.expression), ']')),
    conversion: $ => prec(1, seq(field('type', $.path), '(', field('value', $.expression), ')')),
    construct: $ => prec(2, choice(
      seq(
        field('type', $.path),
        optional(choice(field('title', $.string), field('title', $.parenthesized))),
        field('body', $.body),
      ),
      seq(field('variant', $.variant_identifier), field('body', $.body)),
    )),

    if: $ => prec.right(seq(
      'if', field('condition', $._condition), field('then', $.block),
      optional(seq('else', field('else', choice($.block, $.if)))),
    )),
    _condition: $ => choice($._operand, $.let_condition),
    let_condition: $ => seq('let', field('pattern', $.pattern), '=', field('value', $._operand)),
    match: $ => seq(
      'match', field('value', $._operand), alias($._block_open, '{'), items($.arm, $._sep), '}',
    ),
    arm: $ => seq(
      field('pattern', $.pattern),
      optional(seq('if', field('condition', $._operand))),
      '=>',
      field('body', choice($.expression, $.block)),
    ),
    for: $ => seq(
      'for', commaSome(field('pattern', $.pattern)), 'in', field('iterable', $._operand), field('body', $.block),
    ),
    lambda: $ => prec.right(seq(
      repeat1($.lambda_parameters),
      field('body', choice($._operand, $.if, $.match, $.for, $.block)),
    )),
    lambda_parameters: $ => seq('|', commaSome($.pattern), '|'),

    // Patterns

    pattern: $ => choice($.wildcard_pattern, $.binding, $.literal_pattern, $.path_pattern, $._structure),
    wildcard_pattern: _ => '_',
    binding: $ => $.identifier,
    literal_pattern: $ => choice($._literal, seq('-', $._literal), $.string),
    path_pattern: $ => $._path,
    _structure: $ => choice($.parenthesized_pattern, $.tuple_pattern, $.variant_pattern, $.record_pattern),
    parenthesized_pattern: $ => seq('(', $.pattern, ')'),
    tuple_pattern: $ => seq('(', $.pattern, repeat1(seq(',', $.pattern)), ')'),
    variant_pattern: $ => seq(field('variant', $.variant_identifier), optional($._pattern_fields)),
    record_pattern: $ => seq(field('type', alias($._path, $.path)), $._pattern_fields),
    _pattern_fields: $ => seq('{', items(choice($.pattern_field, $.rest), $._sep), '}'),
    pattern_field: $ => seq(field('name', $.identifier), optional(seq('=', field('pattern', $.pattern)))),
    rest: _ => '..',

    // Literals

    _literal: $ => choice($.boolean, $.none, $.integer, $.float, $.mode, $.size, $.duration),
    boolean: _ => choice('true', 'false'),
    none: _ => 'none',
    integer: _ => /0|[1-9][0-9_]*/,
    float: _ => /[0-9][0-9_]*(\.[0-9][0-9_]*([eE][+-]?[0-9_]+)?|[eE][+-]?[0-9_]+)/,
    mode: _ => /0o[0-7]{1,4}/,
    size: _ => /[0-9][0-9_]*([kMGTP]|[KMGTP]i)?B/,
    duration: _ => /([0-9][0-9_]*(w|d|h|m|s|ms|us|ns))+/,
    percentage: _ => /[0-9][0-9_]*(\.[0-9_]+)?%/,

    string: $ => choice(
      seq('"', repeat(choice($.string_text, $.escape, $.hole)), token.immediate('"')),
      seq('"""', repeat(choice(alias($._block_text, $.string_text), $.escape, $.hole)), token.immediate(/"{3,5}/)),
      $.raw_string,
    ),
    string_text: _ => choice(token.immediate(prec(1, /[^"\\$\n]+/)), token.immediate('$')),
    _block_text: _ => choice(
      token.immediate(prec(1, /[^"\\$]+/)), token.immediate('$'), token.immediate('"'), token.immediate('""'),
    ),
    escape: _ => token.immediate(/\\([ntr0\\"$]|u\{[0-9a-fA-F]+\})/),
    hole: $ => seq(token.immediate('${'), field('value', $.expression), '}'),
    raw_string: _ => token(seq('r"', /[^"\n]*/, '"')),
  },
});
