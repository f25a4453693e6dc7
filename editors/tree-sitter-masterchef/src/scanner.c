// What depends on lines and places: the end of an item, and which block an opening brace begins.
//
// As in the compiler's own filter, a newline ends an item where the grammar lets it end (the parser asks for a
// newline only there) unless the next token goes on with it.

#include "tree_sitter/parser.h"

#include <string.h>

// In the order of `externals` in `grammar.js`.
enum Token {
  NEWLINE,
  // The brace of a block or of the arms of a `match`.
  BLOCK_OPEN,
  // The brace of a body, in a place where a block could be meant as well: the block wins, as in `if Site { .. }`.
  BODY_OPEN,
  EVERY,
  // Never in the grammar: the parser offers everything when it recovers from a mistake.
  RECOVERY,
};

static bool is_word(int32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Reads a word of lower case into `word`; it is cut when it is longer than any word of the language.
static void read_word(TSLexer *lexer, char *word, unsigned size) {
  unsigned length = 0;
  while (is_word(lexer->lookahead)) {
    if (length + 1 < size) word[length++] = (char)lexer->lookahead;
    lexer->advance(lexer, false);
  }
  word[length] = 0;
}

// Whether the token that begins here goes on with the item of the line above.
static bool goes_on(TSLexer *lexer, bool *is_every) {
  int32_t first = lexer->lookahead;
  if (first >= 'a' && first <= 'z') {
    char word[8];
    read_word(lexer, word, sizeof word);
    *is_every = strcmp(word, "every") == 0;
    return strcmp(word, "in") == 0 || strcmp(word, "else") == 0 || strcmp(word, "with") == 0 ||
           strcmp(word, "where") == 0;
  }
  if (!strchr(".?=!<>&|+*/%,;)]}", (int)first)) return false;
  lexer->advance(lexer, false);
  int32_t second = lexer->lookahead;
  switch (first) {
    // `.name` and `.0`, but neither `.Upper` nor `..`.
    case '.': return second != '.' && !(second >= 'A' && second <= 'Z');
    case '?': return second == '.' || second == '?';
    case '=':
    case '!': return second == '=';
    case '&':
    case '|': return second == first;
    default: return true;
  }
}

void *tree_sitter_masterchef_external_scanner_create(void) { return NULL; }
void tree_sitter_masterchef_external_scanner_destroy(void *payload) { (void)payload; }
unsigned tree_sitter_masterchef_external_scanner_serialize(void *payload, char *buffer) {
  (void)payload;
  (void)buffer;
  return 0;
}
void tree_sitter_masterchef_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  (void)payload;
  (void)buffer;
  (void)length;
}

bool tree_sitter_masterchef_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
  (void)payload;
  if (valid[RECOVERY]) return false;

  // The end of an item has no length: it is where the token before it ended.
  lexer->mark_end(lexer);
  bool newline = false;
  for (;;) {
    if (lexer->lookahead == '\n') {
      newline = true;
      lexer->advance(lexer, true);
    } else if (lexer->lookahead == ' ' || lexer->lookahead == '\t' || lexer->lookahead == '\r') {
      lexer->advance(lexer, true);
    } else if (lexer->lookahead == '/' && valid[NEWLINE]) {
      // A comment, or a division that goes on with the item.
      lexer->advance(lexer, true);
      if (lexer->lookahead != '/') return false;
      while (lexer->lookahead != '\n' && !lexer->eof(lexer)) lexer->advance(lexer, true);
    } else {
      break;
    }
  }
  if (lexer->eof(lexer)) return false;

  if (lexer->lookahead == '{' && (valid[BLOCK_OPEN] || valid[BODY_OPEN])) {
    lexer->advance(lexer, false);
    lexer->mark_end(lexer);
    lexer->result_symbol = valid[BLOCK_OPEN] ? BLOCK_OPEN : BODY_OPEN;
    return true;
  }
  bool is_every = false;
  if (valid[EVERY] && lexer->lookahead == 'e') {
    bool more = goes_on(lexer, &is_every);
    // A name for an attribute is followed by its sign.
    int32_t next = lexer->lookahead;
    if (is_every && (!newline || next == ' ')) {
      lexer->mark_end(lexer);
      lexer->result_symbol = EVERY;
      return true;
    }
    if (!newline || !valid[NEWLINE] || more) return false;
    lexer->result_symbol = NEWLINE;
    return true;
  }
  if (newline && valid[NEWLINE] && !goes_on(lexer, &is_every)) {
    lexer->result_symbol = NEWLINE;
    return true;
  }
  return false;
}
