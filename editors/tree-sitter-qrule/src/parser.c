#include "tree_sitter/parser.h"

#if defined(__GNUC__) || defined(__clang__)
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#endif

#define LANGUAGE_VERSION 14
#define STATE_COUNT 47
#define LARGE_STATE_COUNT 2
#define SYMBOL_COUNT 57
#define ALIAS_COUNT 0
#define TOKEN_COUNT 40
#define EXTERNAL_TOKEN_COUNT 0
#define FIELD_COUNT 5
#define MAX_ALIAS_SEQUENCE_LENGTH 5
#define PRODUCTION_ID_COUNT 5

enum ts_symbol_identifiers {
  sym__word = 1,
  sym_fence = 2,
  anon_sym_COLON = 3,
  aux_sym_entry_token1 = 4,
  anon_sym_name = 5,
  anon_sym_id = 6,
  anon_sym_filter = 7,
  anon_sym_actions = 8,
  anon_sym_context = 9,
  anon_sym_type = 10,
  anon_sym_category = 11,
  anon_sym_disabled = 12,
  anon_sym_tags = 13,
  anon_sym_only = 14,
  anon_sym_eol = 15,
  anon_sym_comment = 16,
  sym_value = 17,
  sym_continuation = 18,
  anon_sym_or = 19,
  anon_sym_PIPE_PIPE = 20,
  anon_sym_and = 21,
  anon_sym_AMP_AMP = 22,
  anon_sym_BANG = 23,
  anon_sym_LPAREN = 24,
  anon_sym_RPAREN = 25,
  anon_sym_true = 26,
  anon_sym_false = 27,
  anon_sym_EQ = 28,
  anon_sym_EQ_EQ = 29,
  anon_sym_BANG_EQ = 30,
  anon_sym_BANG_EQ_EQ = 31,
  anon_sym_like = 32,
  anon_sym_matches = 33,
  anon_sym_DOT = 34,
  sym_root = 35,
  sym_function = 36,
  sym_property = 37,
  sym_custom_property = 38,
  sym_string = 39,
  sym_source_file = 40,
  sym_header = 41,
  sym_entry = 42,
  sym_key = 43,
  sym_unknown_key = 44,
  sym__condition = 45,
  sym_or = 46,
  sym_and = 47,
  sym_not = 48,
  sym_group = 49,
  sym_boolean = 50,
  sym_comparison = 51,
  sym__operand = 52,
  sym_call = 53,
  sym_path = 54,
  aux_sym_header_repeat1 = 55,
  aux_sym_entry_repeat1 = 56,
};

static const char * const ts_symbol_names[] = {
  [ts_builtin_sym_end] = "end",
  [sym__word] = "_word",
  [sym_fence] = "fence",
  [anon_sym_COLON] = ":",
  [aux_sym_entry_token1] = "entry_token1",
  [anon_sym_name] = "name",
  [anon_sym_id] = "id",
  [anon_sym_filter] = "filter",
  [anon_sym_actions] = "actions",
  [anon_sym_context] = "context",
  [anon_sym_type] = "type",
  [anon_sym_category] = "category",
  [anon_sym_disabled] = "disabled",
  [anon_sym_tags] = "tags",
  [anon_sym_only] = "only",
  [anon_sym_eol] = "eol",
  [anon_sym_comment] = "comment",
  [sym_value] = "value",
  [sym_continuation] = "continuation",
  [anon_sym_or] = "or",
  [anon_sym_PIPE_PIPE] = "||",
  [anon_sym_and] = "and",
  [anon_sym_AMP_AMP] = "&&",
  [anon_sym_BANG] = "!",
  [anon_sym_LPAREN] = "(",
  [anon_sym_RPAREN] = ")",
  [anon_sym_true] = "true",
  [anon_sym_false] = "false",
  [anon_sym_EQ] = "operator",
  [anon_sym_EQ_EQ] = "operator",
  [anon_sym_BANG_EQ] = "operator",
  [anon_sym_BANG_EQ_EQ] = "operator",
  [anon_sym_like] = "operator",
  [anon_sym_matches] = "operator",
  [anon_sym_DOT] = ".",
  [sym_root] = "root",
  [sym_function] = "function",
  [sym_property] = "property",
  [sym_custom_property] = "custom_property",
  [sym_string] = "string",
  [sym_source_file] = "source_file",
  [sym_header] = "header",
  [sym_entry] = "entry",
  [sym_key] = "key",
  [sym_unknown_key] = "unknown_key",
  [sym__condition] = "_condition",
  [sym_or] = "or",
  [sym_and] = "and",
  [sym_not] = "not",
  [sym_group] = "group",
  [sym_boolean] = "boolean",
  [sym_comparison] = "comparison",
  [sym__operand] = "_operand",
  [sym_call] = "call",
  [sym_path] = "path",
  [aux_sym_header_repeat1] = "header_repeat1",
  [aux_sym_entry_repeat1] = "entry_repeat1",
};

static const TSSymbol ts_symbol_map[] = {
  [ts_builtin_sym_end] = ts_builtin_sym_end,
  [sym__word] = sym__word,
  [sym_fence] = sym_fence,
  [anon_sym_COLON] = anon_sym_COLON,
  [aux_sym_entry_token1] = aux_sym_entry_token1,
  [anon_sym_name] = anon_sym_name,
  [anon_sym_id] = anon_sym_id,
  [anon_sym_filter] = anon_sym_filter,
  [anon_sym_actions] = anon_sym_actions,
  [anon_sym_context] = anon_sym_context,
  [anon_sym_type] = anon_sym_type,
  [anon_sym_category] = anon_sym_category,
  [anon_sym_disabled] = anon_sym_disabled,
  [anon_sym_tags] = anon_sym_tags,
  [anon_sym_only] = anon_sym_only,
  [anon_sym_eol] = anon_sym_eol,
  [anon_sym_comment] = anon_sym_comment,
  [sym_value] = sym_value,
  [sym_continuation] = sym_continuation,
  [anon_sym_or] = anon_sym_or,
  [anon_sym_PIPE_PIPE] = anon_sym_PIPE_PIPE,
  [anon_sym_and] = anon_sym_and,
  [anon_sym_AMP_AMP] = anon_sym_AMP_AMP,
  [anon_sym_BANG] = anon_sym_BANG,
  [anon_sym_LPAREN] = anon_sym_LPAREN,
  [anon_sym_RPAREN] = anon_sym_RPAREN,
  [anon_sym_true] = anon_sym_true,
  [anon_sym_false] = anon_sym_false,
  [anon_sym_EQ] = anon_sym_EQ,
  [anon_sym_EQ_EQ] = anon_sym_EQ,
  [anon_sym_BANG_EQ] = anon_sym_EQ,
  [anon_sym_BANG_EQ_EQ] = anon_sym_EQ,
  [anon_sym_like] = anon_sym_EQ,
  [anon_sym_matches] = anon_sym_EQ,
  [anon_sym_DOT] = anon_sym_DOT,
  [sym_root] = sym_root,
  [sym_function] = sym_function,
  [sym_property] = sym_property,
  [sym_custom_property] = sym_custom_property,
  [sym_string] = sym_string,
  [sym_source_file] = sym_source_file,
  [sym_header] = sym_header,
  [sym_entry] = sym_entry,
  [sym_key] = sym_key,
  [sym_unknown_key] = sym_unknown_key,
  [sym__condition] = sym__condition,
  [sym_or] = sym_or,
  [sym_and] = sym_and,
  [sym_not] = sym_not,
  [sym_group] = sym_group,
  [sym_boolean] = sym_boolean,
  [sym_comparison] = sym_comparison,
  [sym__operand] = sym__operand,
  [sym_call] = sym_call,
  [sym_path] = sym_path,
  [aux_sym_header_repeat1] = aux_sym_header_repeat1,
  [aux_sym_entry_repeat1] = aux_sym_entry_repeat1,
};

static const TSSymbolMetadata ts_symbol_metadata[] = {
  [ts_builtin_sym_end] = {
    .visible = false,
    .named = true,
  },
  [sym__word] = {
    .visible = false,
    .named = true,
  },
  [sym_fence] = {
    .visible = true,
    .named = true,
  },
  [anon_sym_COLON] = {
    .visible = true,
    .named = false,
  },
  [aux_sym_entry_token1] = {
    .visible = false,
    .named = false,
  },
  [anon_sym_name] = {
    .visible = true,
    .named = false,
  },
  [anon_sym_id] = {
    .visible = true,
    .named = false,
  },
  [anon_sym_filter] = {
    .visible = true,
    .named = false,
  },
  [anon_sym_actions] = {
    .visible = true,
    .named = false,
  },
  [anon_sym_context] = {
    .visible = true,
    .named = false,
  },
  [anon_sym_type] = {
    .visible = true,
    .named = false,
  },
  [anon_sym_category] = {
    .visible = true,
    .named = false,
  },
  [anon_sym_disabled] = {
    .visible = true,
    .named = false,
  },
  [anon_sym_tags] = {
    .visible = true,
    .named = false,
  },
  [anon_sym_only] = {
    .visible = true,
    .named = false,
  },
  [anon_sym_eol] = {
    .visible = true,
    .named = false,
  },
  [anon_sym_comment] = {
    .visible = true,
    .named = false,
  },
  [sym_value] = {
    .visible = true,
    .named = true,
  },
  [sym_continuation] = {
    .visible = true,
    .named = true,
  },
  [anon_sym_or] = {
    .visible = true,
    .named = false,
  },
  [anon_sym_PIPE_PIPE] = {
    .visible = true,
    .named = false,
  },
  [anon_sym_and] = {
    .visible = true,
    .named = false,
  },
  [anon_sym_AMP_AMP] = {
    .visible = true,
    .named = false,
  },
  [anon_sym_BANG] = {
    .visible = true,
    .named = false,
  },
  [anon_sym_LPAREN] = {
    .visible = true,
    .named = false,
  },
  [anon_sym_RPAREN] = {
    .visible = true,
    .named = false,
  },
  [anon_sym_true] = {
    .visible = true,
    .named = false,
  },
  [anon_sym_false] = {
    .visible = true,
    .named = false,
  },
  [anon_sym_EQ] = {
    .visible = true,
    .named = true,
  },
  [anon_sym_EQ_EQ] = {
    .visible = true,
    .named = true,
  },
  [anon_sym_BANG_EQ] = {
    .visible = true,
    .named = true,
  },
  [anon_sym_BANG_EQ_EQ] = {
    .visible = true,
    .named = true,
  },
  [anon_sym_like] = {
    .visible = true,
    .named = true,
  },
  [anon_sym_matches] = {
    .visible = true,
    .named = true,
  },
  [anon_sym_DOT] = {
    .visible = true,
    .named = false,
  },
  [sym_root] = {
    .visible = true,
    .named = true,
  },
  [sym_function] = {
    .visible = true,
    .named = true,
  },
  [sym_property] = {
    .visible = true,
    .named = true,
  },
  [sym_custom_property] = {
    .visible = true,
    .named = true,
  },
  [sym_string] = {
    .visible = true,
    .named = true,
  },
  [sym_source_file] = {
    .visible = true,
    .named = true,
  },
  [sym_header] = {
    .visible = true,
    .named = true,
  },
  [sym_entry] = {
    .visible = true,
    .named = true,
  },
  [sym_key] = {
    .visible = true,
    .named = true,
  },
  [sym_unknown_key] = {
    .visible = true,
    .named = true,
  },
  [sym__condition] = {
    .visible = false,
    .named = true,
  },
  [sym_or] = {
    .visible = true,
    .named = true,
  },
  [sym_and] = {
    .visible = true,
    .named = true,
  },
  [sym_not] = {
    .visible = true,
    .named = true,
  },
  [sym_group] = {
    .visible = true,
    .named = true,
  },
  [sym_boolean] = {
    .visible = true,
    .named = true,
  },
  [sym_comparison] = {
    .visible = true,
    .named = true,
  },
  [sym__operand] = {
    .visible = false,
    .named = true,
  },
  [sym_call] = {
    .visible = true,
    .named = true,
  },
  [sym_path] = {
    .visible = true,
    .named = true,
  },
  [aux_sym_header_repeat1] = {
    .visible = false,
    .named = false,
  },
  [aux_sym_entry_repeat1] = {
    .visible = false,
    .named = false,
  },
};

enum ts_field_identifiers {
  field_key = 1,
  field_left = 2,
  field_operator = 3,
  field_right = 4,
  field_value = 5,
};

static const char * const ts_field_names[] = {
  [0] = NULL,
  [field_key] = "key",
  [field_left] = "left",
  [field_operator] = "operator",
  [field_right] = "right",
  [field_value] = "value",
};

static const TSFieldMapSlice ts_field_map_slices[PRODUCTION_ID_COUNT] = {
  [1] = {.index = 0, .length = 1},
  [2] = {.index = 1, .length = 3},
  [3] = {.index = 4, .length = 2},
  [4] = {.index = 6, .length = 2},
};

static const TSFieldMapEntry ts_field_map_entries[] = {
  [0] =
    {field_key, 0},
  [1] =
    {field_left, 0},
    {field_operator, 1},
    {field_right, 2},
  [4] =
    {field_key, 0},
    {field_value, 2},
  [6] =
    {field_key, 0},
    {field_value, 3},
};

static const TSSymbol ts_alias_sequences[PRODUCTION_ID_COUNT][MAX_ALIAS_SEQUENCE_LENGTH] = {
  [0] = {0},
};

static const uint16_t ts_non_terminal_alias_map[] = {
  0,
};

static const TSStateId ts_primary_state_ids[STATE_COUNT] = {
  [0] = 0,
  [1] = 1,
  [2] = 2,
  [3] = 3,
  [4] = 4,
  [5] = 5,
  [6] = 6,
  [7] = 7,
  [8] = 8,
  [9] = 9,
  [10] = 10,
  [11] = 11,
  [12] = 12,
  [13] = 13,
  [14] = 14,
  [15] = 15,
  [16] = 16,
  [17] = 17,
  [18] = 18,
  [19] = 19,
  [20] = 20,
  [21] = 21,
  [22] = 22,
  [23] = 23,
  [24] = 24,
  [25] = 25,
  [26] = 26,
  [27] = 27,
  [28] = 28,
  [29] = 29,
  [30] = 30,
  [31] = 31,
  [32] = 32,
  [33] = 33,
  [34] = 34,
  [35] = 35,
  [36] = 36,
  [37] = 37,
  [38] = 38,
  [39] = 39,
  [40] = 40,
  [41] = 41,
  [42] = 42,
  [43] = 43,
  [44] = 44,
  [45] = 45,
  [46] = 46,
};

static bool ts_lex(TSLexer *lexer, TSStateId state) {
  START_LEXER();
  eof = lexer->eof(lexer);
  switch (state) {
    case 0:
      if (eof) ADVANCE(26);
      ADVANCE_MAP(
        '!', 43,
        '"', 9,
        '&', 10,
        '(', 44,
        ')', 45,
        '-', 14,
        '.', 50,
        ':', 28,
        '=', 46,
        '@', 19,
        '|', 18,
        'E', 96,
        'e', 96,
        'H', 87,
        'h', 87,
        'I', 106,
        'i', 106,
      );
      if (lookahead == '\t' ||
          lookahead == '\n' ||
          lookahead == '\r' ||
          lookahead == ' ') SKIP(21);
      if (('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 1:
      if (lookahead == '\n') ADVANCE(27);
      END_STATE();
    case 2:
      if (lookahead == '\n') ADVANCE(27);
      if (lookahead == '\r') ADVANCE(1);
      if (lookahead == '\t' ||
          lookahead == ' ') ADVANCE(2);
      END_STATE();
    case 3:
      if (lookahead == '\n') ADVANCE(4);
      if (lookahead == '\r') ADVANCE(8);
      if (lookahead == '-') ADVANCE(14);
      if (lookahead == '\t' ||
          lookahead == ' ') SKIP(12);
      if (('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 4:
      if (lookahead == '\n') ADVANCE(4);
      if (lookahead == '\r') ADVANCE(8);
      if (lookahead == '-') ADVANCE(14);
      if (lookahead == '\t' ||
          lookahead == ' ') ADVANCE(7);
      if (('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 5:
      if (lookahead == '\n') ADVANCE(4);
      if (lookahead == '\r') ADVANCE(8);
      if (lookahead == '-') ADVANCE(32);
      if (lookahead == '\t' ||
          lookahead == ' ') ADVANCE(29);
      if (('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(33);
      if (lookahead != 0) ADVANCE(34);
      END_STATE();
    case 6:
      if (lookahead == '\n') ADVANCE(4);
      if (lookahead == '\r') ADVANCE(8);
      if (lookahead == '-') ADVANCE(32);
      if (lookahead == '\t' ||
          lookahead == ' ') SKIP(12);
      if (('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(33);
      if (lookahead != 0) ADVANCE(34);
      END_STATE();
    case 7:
      if (lookahead == '\n') ADVANCE(4);
      if (lookahead == '\r') ADVANCE(8);
      if (lookahead == '-') ADVANCE(37);
      if (lookahead == '\t' ||
          lookahead == ' ') ADVANCE(7);
      if (('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(38);
      if (lookahead != 0) ADVANCE(39);
      END_STATE();
    case 8:
      if (lookahead == '\n') ADVANCE(4);
      if (lookahead == '-') ADVANCE(14);
      if (lookahead == '\t' ||
          lookahead == '\r' ||
          lookahead == ' ') SKIP(12);
      if (('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 9:
      if (lookahead == '"') ADVANCE(84);
      if (lookahead == '\\') ADVANCE(20);
      if (lookahead != 0) ADVANCE(9);
      END_STATE();
    case 10:
      if (lookahead == '&') ADVANCE(41);
      END_STATE();
    case 11:
      if (lookahead == '(') ADVANCE(51);
      if (lookahead == '\t' ||
          lookahead == '\n' ||
          lookahead == '\r' ||
          lookahead == ' ') ADVANCE(11);
      END_STATE();
    case 12:
      if (lookahead == '-') ADVANCE(14);
      if (lookahead == '\t' ||
          lookahead == '\n' ||
          lookahead == '\r' ||
          lookahead == ' ') SKIP(12);
      if (('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 13:
      if (lookahead == '-') ADVANCE(2);
      END_STATE();
    case 14:
      if (lookahead == '-') ADVANCE(13);
      END_STATE();
    case 15:
      if (lookahead == '=') ADVANCE(48);
      END_STATE();
    case 16:
      if (lookahead == '@') ADVANCE(19);
      if (lookahead == 'E' ||
          lookahead == 'e') ADVANCE(63);
      if (lookahead == 'H' ||
          lookahead == 'h') ADVANCE(54);
      if (lookahead == 'I' ||
          lookahead == 'i') ADVANCE(73);
      if (('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 17:
      if (lookahead == '@') ADVANCE(19);
      if (('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 18:
      if (lookahead == '|') ADVANCE(40);
      END_STATE();
    case 19:
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(83);
      END_STATE();
    case 20:
      if (lookahead != 0) ADVANCE(9);
      END_STATE();
    case 21:
      if (eof) ADVANCE(26);
      ADVANCE_MAP(
        '!', 43,
        '"', 9,
        '&', 10,
        '(', 44,
        ')', 45,
        '-', 14,
        '=', 46,
        '|', 18,
      );
      if (lookahead == '\t' ||
          lookahead == '\n' ||
          lookahead == '\r' ||
          lookahead == ' ') SKIP(21);
      if (('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 22:
      if (eof) ADVANCE(26);
      ADVANCE_MAP(
        '!', 42,
        '"', 9,
        '&', 10,
        '(', 44,
        ')', 45,
        '-', 14,
        '.', 50,
        '|', 18,
      );
      if (lookahead == '\t' ||
          lookahead == '\n' ||
          lookahead == '\r' ||
          lookahead == ' ') SKIP(23);
      if (('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 23:
      if (eof) ADVANCE(26);
      if (lookahead == '!') ADVANCE(42);
      if (lookahead == '"') ADVANCE(9);
      if (lookahead == '&') ADVANCE(10);
      if (lookahead == '(') ADVANCE(44);
      if (lookahead == ')') ADVANCE(45);
      if (lookahead == '-') ADVANCE(14);
      if (lookahead == '|') ADVANCE(18);
      if (lookahead == '\t' ||
          lookahead == '\n' ||
          lookahead == '\r' ||
          lookahead == ' ') SKIP(23);
      if (('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 24:
      if (eof) ADVANCE(26);
      if (lookahead == '!') ADVANCE(15);
      if (lookahead == '&') ADVANCE(10);
      if (lookahead == ')') ADVANCE(45);
      if (lookahead == '.') ADVANCE(50);
      if (lookahead == '=') ADVANCE(46);
      if (lookahead == '|') ADVANCE(18);
      if (lookahead == '\t' ||
          lookahead == '\n' ||
          lookahead == '\r' ||
          lookahead == ' ') SKIP(25);
      if (('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 25:
      if (eof) ADVANCE(26);
      if (lookahead == '!') ADVANCE(15);
      if (lookahead == '&') ADVANCE(10);
      if (lookahead == ')') ADVANCE(45);
      if (lookahead == '=') ADVANCE(46);
      if (lookahead == '|') ADVANCE(18);
      if (lookahead == '\t' ||
          lookahead == '\n' ||
          lookahead == '\r' ||
          lookahead == ' ') SKIP(25);
      if (('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 26:
      ACCEPT_TOKEN(ts_builtin_sym_end);
      END_STATE();
    case 27:
      ACCEPT_TOKEN(sym_fence);
      END_STATE();
    case 28:
      ACCEPT_TOKEN(anon_sym_COLON);
      END_STATE();
    case 29:
      ACCEPT_TOKEN(aux_sym_entry_token1);
      if (lookahead == '-') ADVANCE(14);
      if (lookahead == '\t' ||
          lookahead == ' ') ADVANCE(29);
      END_STATE();
    case 30:
      ACCEPT_TOKEN(sym_value);
      if (lookahead == '\n') ADVANCE(27);
      if (lookahead == '\r') ADVANCE(1);
      if (lookahead == '\t' ||
          lookahead == ' ') ADVANCE(30);
      if (lookahead != 0) ADVANCE(34);
      END_STATE();
    case 31:
      ACCEPT_TOKEN(sym_value);
      if (lookahead == '-') ADVANCE(30);
      if (lookahead != 0 &&
          lookahead != '\n' &&
          lookahead != '\r') ADVANCE(34);
      END_STATE();
    case 32:
      ACCEPT_TOKEN(sym_value);
      if (lookahead == '-') ADVANCE(31);
      if (lookahead != 0 &&
          lookahead != '\n' &&
          lookahead != '\r') ADVANCE(34);
      END_STATE();
    case 33:
      ACCEPT_TOKEN(sym_value);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(33);
      if (lookahead != 0 &&
          lookahead != '\n' &&
          lookahead != '\r') ADVANCE(34);
      END_STATE();
    case 34:
      ACCEPT_TOKEN(sym_value);
      if (lookahead != 0 &&
          lookahead != '\n' &&
          lookahead != '\r') ADVANCE(34);
      END_STATE();
    case 35:
      ACCEPT_TOKEN(sym_continuation);
      if (lookahead == '\n') ADVANCE(27);
      if (lookahead == '\r') ADVANCE(1);
      if (lookahead == '\t' ||
          lookahead == ' ') ADVANCE(35);
      if (lookahead != 0) ADVANCE(39);
      END_STATE();
    case 36:
      ACCEPT_TOKEN(sym_continuation);
      if (lookahead == '-') ADVANCE(35);
      if (lookahead != 0 &&
          lookahead != '\n' &&
          lookahead != '\r') ADVANCE(39);
      END_STATE();
    case 37:
      ACCEPT_TOKEN(sym_continuation);
      if (lookahead == '-') ADVANCE(36);
      if (lookahead != 0 &&
          lookahead != '\n' &&
          lookahead != '\r') ADVANCE(39);
      END_STATE();
    case 38:
      ACCEPT_TOKEN(sym_continuation);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(38);
      if (lookahead != 0 &&
          lookahead != '\n' &&
          lookahead != '\r') ADVANCE(39);
      END_STATE();
    case 39:
      ACCEPT_TOKEN(sym_continuation);
      if (lookahead != 0 &&
          lookahead != '\n' &&
          lookahead != '\r') ADVANCE(39);
      END_STATE();
    case 40:
      ACCEPT_TOKEN(anon_sym_PIPE_PIPE);
      END_STATE();
    case 41:
      ACCEPT_TOKEN(anon_sym_AMP_AMP);
      END_STATE();
    case 42:
      ACCEPT_TOKEN(anon_sym_BANG);
      END_STATE();
    case 43:
      ACCEPT_TOKEN(anon_sym_BANG);
      if (lookahead == '=') ADVANCE(48);
      END_STATE();
    case 44:
      ACCEPT_TOKEN(anon_sym_LPAREN);
      END_STATE();
    case 45:
      ACCEPT_TOKEN(anon_sym_RPAREN);
      END_STATE();
    case 46:
      ACCEPT_TOKEN(anon_sym_EQ);
      if (lookahead == '=') ADVANCE(47);
      END_STATE();
    case 47:
      ACCEPT_TOKEN(anon_sym_EQ_EQ);
      END_STATE();
    case 48:
      ACCEPT_TOKEN(anon_sym_BANG_EQ);
      if (lookahead == '=') ADVANCE(49);
      END_STATE();
    case 49:
      ACCEPT_TOKEN(anon_sym_BANG_EQ_EQ);
      END_STATE();
    case 50:
      ACCEPT_TOKEN(anon_sym_DOT);
      END_STATE();
    case 51:
      ACCEPT_TOKEN(sym_function);
      END_STATE();
    case 52:
      ACCEPT_TOKEN(sym_property);
      if (lookahead == '(') ADVANCE(51);
      if (lookahead == '\t' ||
          lookahead == '\n' ||
          lookahead == '\r' ||
          lookahead == ' ') ADVANCE(11);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 53:
      ACCEPT_TOKEN(sym_property);
      if (lookahead == 'A' ||
          lookahead == 'a') ADVANCE(65);
      if (lookahead == 'O' ||
          lookahead == 'o') ADVANCE(79);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('B' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('b' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 54:
      ACCEPT_TOKEN(sym_property);
      if (lookahead == 'A' ||
          lookahead == 'a') ADVANCE(75);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('B' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('b' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 55:
      ACCEPT_TOKEN(sym_property);
      if (lookahead == 'D' ||
          lookahead == 'd') ADVANCE(52);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 56:
      ACCEPT_TOKEN(sym_property);
      if (lookahead == 'E' ||
          lookahead == 'e') ADVANCE(52);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 57:
      ACCEPT_TOKEN(sym_property);
      if (lookahead == 'E' ||
          lookahead == 'e') ADVANCE(55);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 58:
      ACCEPT_TOKEN(sym_property);
      if (lookahead == 'E' ||
          lookahead == 'e') ADVANCE(59);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 59:
      ACCEPT_TOKEN(sym_property);
      if (lookahead == 'G' ||
          lookahead == 'g') ADVANCE(56);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 60:
      ACCEPT_TOKEN(sym_property);
      if (lookahead == 'I' ||
          lookahead == 'i') ADVANCE(78);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 61:
      ACCEPT_TOKEN(sym_property);
      if (lookahead == 'I' ||
          lookahead == 'i') ADVANCE(62);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 62:
      ACCEPT_TOKEN(sym_property);
      if (lookahead == 'L' ||
          lookahead == 'l') ADVANCE(58);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 63:
      ACCEPT_TOKEN(sym_property);
      if (lookahead == 'M' ||
          lookahead == 'm') ADVANCE(70);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 64:
      ACCEPT_TOKEN(sym_property);
      if (lookahead == 'M' ||
          lookahead == 'm') ADVANCE(68);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 65:
      ACCEPT_TOKEN(sym_property);
      if (lookahead == 'N' ||
          lookahead == 'n') ADVANCE(69);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 66:
      ACCEPT_TOKEN(sym_property);
      if (lookahead == 'N' ||
          lookahead == 'n') ADVANCE(57);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 67:
      ACCEPT_TOKEN(sym_property);
      if (lookahead == 'N' ||
          lookahead == 'n') ADVANCE(81);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 68:
      ACCEPT_TOKEN(sym_property);
      if (lookahead == 'O' ||
          lookahead == 'o') ADVANCE(77);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 69:
      ACCEPT_TOKEN(sym_property);
      if (lookahead == 'O' ||
          lookahead == 'o') ADVANCE(67);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 70:
      ACCEPT_TOKEN(sym_property);
      if (lookahead == 'P' ||
          lookahead == 'p') ADVANCE(76);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 71:
      ACCEPT_TOKEN(sym_property);
      if (lookahead == 'P' ||
          lookahead == 'p') ADVANCE(72);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 72:
      ACCEPT_TOKEN(sym_property);
      if (lookahead == 'R' ||
          lookahead == 'r') ADVANCE(60);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 73:
      ACCEPT_TOKEN(sym_property);
      if (lookahead == 'S' ||
          lookahead == 's') ADVANCE(53);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 74:
      ACCEPT_TOKEN(sym_property);
      if (lookahead == 'S' ||
          lookahead == 's') ADVANCE(52);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 75:
      ACCEPT_TOKEN(sym_property);
      if (lookahead == 'S' ||
          lookahead == 's') ADVANCE(71);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 76:
      ACCEPT_TOKEN(sym_property);
      if (lookahead == 'T' ||
          lookahead == 't') ADVANCE(80);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 77:
      ACCEPT_TOKEN(sym_property);
      if (lookahead == 'U' ||
          lookahead == 'u') ADVANCE(74);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 78:
      ACCEPT_TOKEN(sym_property);
      if (lookahead == 'V' ||
          lookahead == 'v') ADVANCE(61);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 79:
      ACCEPT_TOKEN(sym_property);
      if (lookahead == 'W' ||
          lookahead == 'w') ADVANCE(66);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 80:
      ACCEPT_TOKEN(sym_property);
      if (lookahead == 'Y' ||
          lookahead == 'y') ADVANCE(52);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 81:
      ACCEPT_TOKEN(sym_property);
      if (lookahead == 'Y' ||
          lookahead == 'y') ADVANCE(64);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 82:
      ACCEPT_TOKEN(sym_property);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(82);
      END_STATE();
    case 83:
      ACCEPT_TOKEN(sym_custom_property);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(83);
      END_STATE();
    case 84:
      ACCEPT_TOKEN(sym_string);
      END_STATE();
    case 85:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == '(') ADVANCE(51);
      if (lookahead == '\t' ||
          lookahead == '\n' ||
          lookahead == '\r' ||
          lookahead == ' ') ADVANCE(11);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 86:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == 'A' ||
          lookahead == 'a') ADVANCE(98);
      if (lookahead == 'O' ||
          lookahead == 'o') ADVANCE(112);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('B' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('b' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 87:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == 'A' ||
          lookahead == 'a') ADVANCE(108);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('B' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('b' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 88:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == 'D' ||
          lookahead == 'd') ADVANCE(85);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 89:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == 'E' ||
          lookahead == 'e') ADVANCE(85);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 90:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == 'E' ||
          lookahead == 'e') ADVANCE(88);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 91:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == 'E' ||
          lookahead == 'e') ADVANCE(92);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 92:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == 'G' ||
          lookahead == 'g') ADVANCE(89);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 93:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == 'I' ||
          lookahead == 'i') ADVANCE(111);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 94:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == 'I' ||
          lookahead == 'i') ADVANCE(95);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 95:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == 'L' ||
          lookahead == 'l') ADVANCE(91);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 96:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == 'M' ||
          lookahead == 'm') ADVANCE(103);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 97:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == 'M' ||
          lookahead == 'm') ADVANCE(101);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 98:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == 'N' ||
          lookahead == 'n') ADVANCE(102);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 99:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == 'N' ||
          lookahead == 'n') ADVANCE(90);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 100:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == 'N' ||
          lookahead == 'n') ADVANCE(114);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 101:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == 'O' ||
          lookahead == 'o') ADVANCE(110);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 102:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == 'O' ||
          lookahead == 'o') ADVANCE(100);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 103:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == 'P' ||
          lookahead == 'p') ADVANCE(109);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 104:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == 'P' ||
          lookahead == 'p') ADVANCE(105);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 105:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == 'R' ||
          lookahead == 'r') ADVANCE(93);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 106:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == 'S' ||
          lookahead == 's') ADVANCE(86);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 107:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == 'S' ||
          lookahead == 's') ADVANCE(85);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 108:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == 'S' ||
          lookahead == 's') ADVANCE(104);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 109:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == 'T' ||
          lookahead == 't') ADVANCE(113);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 110:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == 'U' ||
          lookahead == 'u') ADVANCE(107);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 111:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == 'V' ||
          lookahead == 'v') ADVANCE(94);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 112:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == 'W' ||
          lookahead == 'w') ADVANCE(99);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 113:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == 'Y' ||
          lookahead == 'y') ADVANCE(85);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 114:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == 'Y' ||
          lookahead == 'y') ADVANCE(97);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    case 115:
      ACCEPT_TOKEN(sym__word);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(115);
      END_STATE();
    default:
      return false;
  }
}

static bool ts_lex_keywords(TSLexer *lexer, TSStateId state) {
  START_LEXER();
  eof = lexer->eof(lexer);
  switch (state) {
    case 0:
      ADVANCE_MAP(
        'N', 1,
        'a', 2,
        'c', 3,
        'd', 4,
        'e', 5,
        'f', 6,
        'i', 7,
        'l', 8,
        'm', 9,
        'n', 10,
        'o', 11,
        't', 12,
        'R', 13,
        'r', 13,
        'U', 14,
        'u', 14,
      );
      if (lookahead == '\t' ||
          lookahead == '\n' ||
          lookahead == '\r' ||
          lookahead == ' ') SKIP(0);
      END_STATE();
    case 1:
      if (lookahead == 'O' ||
          lookahead == 'o') ADVANCE(15);
      END_STATE();
    case 2:
      if (lookahead == 'c') ADVANCE(16);
      if (lookahead == 'n') ADVANCE(17);
      END_STATE();
    case 3:
      if (lookahead == 'a') ADVANCE(18);
      if (lookahead == 'o') ADVANCE(19);
      END_STATE();
    case 4:
      if (lookahead == 'i') ADVANCE(20);
      END_STATE();
    case 5:
      if (lookahead == 'o') ADVANCE(21);
      END_STATE();
    case 6:
      if (lookahead == 'a') ADVANCE(22);
      if (lookahead == 'i') ADVANCE(23);
      END_STATE();
    case 7:
      if (lookahead == 'd') ADVANCE(24);
      END_STATE();
    case 8:
      if (lookahead == 'i') ADVANCE(25);
      END_STATE();
    case 9:
      if (lookahead == 'a') ADVANCE(26);
      END_STATE();
    case 10:
      if (lookahead == 'a') ADVANCE(27);
      if (lookahead == 'O' ||
          lookahead == 'o') ADVANCE(15);
      END_STATE();
    case 11:
      if (lookahead == 'n') ADVANCE(28);
      if (lookahead == 'r') ADVANCE(29);
      END_STATE();
    case 12:
      if (lookahead == 'a') ADVANCE(30);
      if (lookahead == 'r') ADVANCE(31);
      if (lookahead == 'y') ADVANCE(32);
      END_STATE();
    case 13:
      if (lookahead == 'E' ||
          lookahead == 'e') ADVANCE(33);
      END_STATE();
    case 14:
      if (lookahead == 'S' ||
          lookahead == 's') ADVANCE(34);
      END_STATE();
    case 15:
      if (lookahead == 'D' ||
          lookahead == 'd') ADVANCE(35);
      END_STATE();
    case 16:
      if (lookahead == 't') ADVANCE(36);
      END_STATE();
    case 17:
      if (lookahead == 'd') ADVANCE(37);
      END_STATE();
    case 18:
      if (lookahead == 't') ADVANCE(38);
      END_STATE();
    case 19:
      if (lookahead == 'm') ADVANCE(39);
      if (lookahead == 'n') ADVANCE(40);
      END_STATE();
    case 20:
      if (lookahead == 's') ADVANCE(41);
      END_STATE();
    case 21:
      if (lookahead == 'l') ADVANCE(42);
      END_STATE();
    case 22:
      if (lookahead == 'l') ADVANCE(43);
      END_STATE();
    case 23:
      if (lookahead == 'l') ADVANCE(44);
      END_STATE();
    case 24:
      ACCEPT_TOKEN(anon_sym_id);
      END_STATE();
    case 25:
      if (lookahead == 'k') ADVANCE(45);
      END_STATE();
    case 26:
      if (lookahead == 't') ADVANCE(46);
      END_STATE();
    case 27:
      if (lookahead == 'm') ADVANCE(47);
      END_STATE();
    case 28:
      if (lookahead == 'l') ADVANCE(48);
      END_STATE();
    case 29:
      ACCEPT_TOKEN(anon_sym_or);
      END_STATE();
    case 30:
      if (lookahead == 'g') ADVANCE(49);
      END_STATE();
    case 31:
      if (lookahead == 'u') ADVANCE(50);
      END_STATE();
    case 32:
      if (lookahead == 'p') ADVANCE(51);
      END_STATE();
    case 33:
      if (lookahead == 'S' ||
          lookahead == 's') ADVANCE(52);
      END_STATE();
    case 34:
      if (lookahead == 'E' ||
          lookahead == 'e') ADVANCE(53);
      END_STATE();
    case 35:
      if (lookahead == 'E' ||
          lookahead == 'e') ADVANCE(54);
      END_STATE();
    case 36:
      if (lookahead == 'i') ADVANCE(55);
      END_STATE();
    case 37:
      ACCEPT_TOKEN(anon_sym_and);
      END_STATE();
    case 38:
      if (lookahead == 'e') ADVANCE(56);
      END_STATE();
    case 39:
      if (lookahead == 'm') ADVANCE(57);
      END_STATE();
    case 40:
      if (lookahead == 't') ADVANCE(58);
      END_STATE();
    case 41:
      if (lookahead == 'a') ADVANCE(59);
      END_STATE();
    case 42:
      ACCEPT_TOKEN(anon_sym_eol);
      END_STATE();
    case 43:
      if (lookahead == 's') ADVANCE(60);
      END_STATE();
    case 44:
      if (lookahead == 't') ADVANCE(61);
      END_STATE();
    case 45:
      if (lookahead == 'e') ADVANCE(62);
      END_STATE();
    case 46:
      if (lookahead == 'c') ADVANCE(63);
      END_STATE();
    case 47:
      if (lookahead == 'e') ADVANCE(64);
      END_STATE();
    case 48:
      if (lookahead == 'y') ADVANCE(65);
      END_STATE();
    case 49:
      if (lookahead == 's') ADVANCE(66);
      END_STATE();
    case 50:
      if (lookahead == 'e') ADVANCE(67);
      END_STATE();
    case 51:
      if (lookahead == 'e') ADVANCE(68);
      END_STATE();
    case 52:
      if (lookahead == 'O' ||
          lookahead == 'o') ADVANCE(69);
      END_STATE();
    case 53:
      if (lookahead == 'R' ||
          lookahead == 'r') ADVANCE(54);
      END_STATE();
    case 54:
      ACCEPT_TOKEN(sym_root);
      END_STATE();
    case 55:
      if (lookahead == 'o') ADVANCE(70);
      END_STATE();
    case 56:
      if (lookahead == 'g') ADVANCE(71);
      END_STATE();
    case 57:
      if (lookahead == 'e') ADVANCE(72);
      END_STATE();
    case 58:
      if (lookahead == 'e') ADVANCE(73);
      END_STATE();
    case 59:
      if (lookahead == 'b') ADVANCE(74);
      END_STATE();
    case 60:
      if (lookahead == 'e') ADVANCE(75);
      END_STATE();
    case 61:
      if (lookahead == 'e') ADVANCE(76);
      END_STATE();
    case 62:
      ACCEPT_TOKEN(anon_sym_like);
      END_STATE();
    case 63:
      if (lookahead == 'h') ADVANCE(77);
      END_STATE();
    case 64:
      ACCEPT_TOKEN(anon_sym_name);
      END_STATE();
    case 65:
      ACCEPT_TOKEN(anon_sym_only);
      END_STATE();
    case 66:
      ACCEPT_TOKEN(anon_sym_tags);
      END_STATE();
    case 67:
      ACCEPT_TOKEN(anon_sym_true);
      END_STATE();
    case 68:
      ACCEPT_TOKEN(anon_sym_type);
      END_STATE();
    case 69:
      if (lookahead == 'U' ||
          lookahead == 'u') ADVANCE(78);
      END_STATE();
    case 70:
      if (lookahead == 'n') ADVANCE(79);
      END_STATE();
    case 71:
      if (lookahead == 'o') ADVANCE(80);
      END_STATE();
    case 72:
      if (lookahead == 'n') ADVANCE(81);
      END_STATE();
    case 73:
      if (lookahead == 'x') ADVANCE(82);
      END_STATE();
    case 74:
      if (lookahead == 'l') ADVANCE(83);
      END_STATE();
    case 75:
      ACCEPT_TOKEN(anon_sym_false);
      END_STATE();
    case 76:
      if (lookahead == 'r') ADVANCE(84);
      END_STATE();
    case 77:
      if (lookahead == 'e') ADVANCE(85);
      END_STATE();
    case 78:
      if (lookahead == 'R' ||
          lookahead == 'r') ADVANCE(86);
      END_STATE();
    case 79:
      if (lookahead == 's') ADVANCE(87);
      END_STATE();
    case 80:
      if (lookahead == 'r') ADVANCE(88);
      END_STATE();
    case 81:
      if (lookahead == 't') ADVANCE(89);
      END_STATE();
    case 82:
      if (lookahead == 't') ADVANCE(90);
      END_STATE();
    case 83:
      if (lookahead == 'e') ADVANCE(91);
      END_STATE();
    case 84:
      ACCEPT_TOKEN(anon_sym_filter);
      END_STATE();
    case 85:
      if (lookahead == 's') ADVANCE(92);
      END_STATE();
    case 86:
      if (lookahead == 'C' ||
          lookahead == 'c') ADVANCE(93);
      END_STATE();
    case 87:
      ACCEPT_TOKEN(anon_sym_actions);
      END_STATE();
    case 88:
      if (lookahead == 'y') ADVANCE(94);
      END_STATE();
    case 89:
      ACCEPT_TOKEN(anon_sym_comment);
      END_STATE();
    case 90:
      ACCEPT_TOKEN(anon_sym_context);
      END_STATE();
    case 91:
      if (lookahead == 'd') ADVANCE(95);
      END_STATE();
    case 92:
      ACCEPT_TOKEN(anon_sym_matches);
      END_STATE();
    case 93:
      if (lookahead == 'E' ||
          lookahead == 'e') ADVANCE(54);
      END_STATE();
    case 94:
      ACCEPT_TOKEN(anon_sym_category);
      END_STATE();
    case 95:
      ACCEPT_TOKEN(anon_sym_disabled);
      END_STATE();
    default:
      return false;
  }
}

static const TSLexMode ts_lex_modes[STATE_COUNT] = {
  [0] = {.lex_state = 0},
  [1] = {.lex_state = 22},
  [2] = {.lex_state = 22},
  [3] = {.lex_state = 22},
  [4] = {.lex_state = 5},
  [5] = {.lex_state = 22},
  [6] = {.lex_state = 6},
  [7] = {.lex_state = 22},
  [8] = {.lex_state = 22},
  [9] = {.lex_state = 22},
  [10] = {.lex_state = 22},
  [11] = {.lex_state = 22},
  [12] = {.lex_state = 3},
  [13] = {.lex_state = 3},
  [14] = {.lex_state = 3},
  [15] = {.lex_state = 3},
  [16] = {.lex_state = 3},
  [17] = {.lex_state = 3},
  [18] = {.lex_state = 3},
  [19] = {.lex_state = 24},
  [20] = {.lex_state = 24},
  [21] = {.lex_state = 24},
  [22] = {.lex_state = 22},
  [23] = {.lex_state = 22},
  [24] = {.lex_state = 22},
  [25] = {.lex_state = 22},
  [26] = {.lex_state = 22},
  [27] = {.lex_state = 22},
  [28] = {.lex_state = 22},
  [29] = {.lex_state = 22},
  [30] = {.lex_state = 22},
  [31] = {.lex_state = 22},
  [32] = {.lex_state = 24},
  [33] = {.lex_state = 22},
  [34] = {.lex_state = 22},
  [35] = {.lex_state = 22},
  [36] = {.lex_state = 22},
  [37] = {.lex_state = 22},
  [38] = {.lex_state = 16},
  [39] = {.lex_state = 0},
  [40] = {.lex_state = 17},
  [41] = {.lex_state = 0},
  [42] = {.lex_state = 0},
  [43] = {.lex_state = 0},
  [44] = {.lex_state = 0},
  [45] = {.lex_state = 0},
  [46] = {.lex_state = 0},
};

static const uint16_t ts_parse_table[LARGE_STATE_COUNT][SYMBOL_COUNT] = {
  [0] = {
    [ts_builtin_sym_end] = ACTIONS(1),
    [sym__word] = ACTIONS(1),
    [sym_fence] = ACTIONS(1),
    [anon_sym_COLON] = ACTIONS(1),
    [anon_sym_name] = ACTIONS(1),
    [anon_sym_id] = ACTIONS(1),
    [anon_sym_filter] = ACTIONS(1),
    [anon_sym_actions] = ACTIONS(1),
    [anon_sym_context] = ACTIONS(1),
    [anon_sym_type] = ACTIONS(1),
    [anon_sym_category] = ACTIONS(1),
    [anon_sym_disabled] = ACTIONS(1),
    [anon_sym_tags] = ACTIONS(1),
    [anon_sym_only] = ACTIONS(1),
    [anon_sym_eol] = ACTIONS(1),
    [anon_sym_comment] = ACTIONS(1),
    [anon_sym_or] = ACTIONS(1),
    [anon_sym_PIPE_PIPE] = ACTIONS(1),
    [anon_sym_and] = ACTIONS(1),
    [anon_sym_AMP_AMP] = ACTIONS(1),
    [anon_sym_BANG] = ACTIONS(1),
    [anon_sym_LPAREN] = ACTIONS(1),
    [anon_sym_RPAREN] = ACTIONS(1),
    [anon_sym_true] = ACTIONS(1),
    [anon_sym_false] = ACTIONS(1),
    [anon_sym_EQ] = ACTIONS(1),
    [anon_sym_EQ_EQ] = ACTIONS(1),
    [anon_sym_BANG_EQ] = ACTIONS(1),
    [anon_sym_BANG_EQ_EQ] = ACTIONS(1),
    [anon_sym_like] = ACTIONS(1),
    [anon_sym_matches] = ACTIONS(1),
    [anon_sym_DOT] = ACTIONS(1),
    [sym_root] = ACTIONS(1),
    [sym_function] = ACTIONS(1),
    [sym_custom_property] = ACTIONS(1),
    [sym_string] = ACTIONS(1),
  },
  [1] = {
    [sym_source_file] = STATE(41),
    [sym_header] = STATE(7),
    [sym__condition] = STATE(34),
    [sym_or] = STATE(34),
    [sym_and] = STATE(34),
    [sym_not] = STATE(34),
    [sym_group] = STATE(34),
    [sym_boolean] = STATE(34),
    [sym_comparison] = STATE(34),
    [sym__operand] = STATE(32),
    [sym_call] = STATE(34),
    [sym_path] = STATE(21),
    [ts_builtin_sym_end] = ACTIONS(3),
    [sym_fence] = ACTIONS(5),
    [anon_sym_BANG] = ACTIONS(7),
    [anon_sym_LPAREN] = ACTIONS(9),
    [anon_sym_true] = ACTIONS(11),
    [anon_sym_false] = ACTIONS(11),
    [sym_root] = ACTIONS(13),
    [sym_string] = ACTIONS(15),
  },
};

static const uint16_t ts_small_parse_table[] = {
  [0] = 5,
    ACTIONS(17), 1,
      sym__word,
    ACTIONS(19), 1,
      sym_fence,
    STATE(3), 2,
      sym_entry,
      aux_sym_header_repeat1,
    STATE(42), 2,
      sym_key,
      sym_unknown_key,
    ACTIONS(21), 12,
      anon_sym_name,
      anon_sym_id,
      anon_sym_filter,
      anon_sym_actions,
      anon_sym_context,
      anon_sym_type,
      anon_sym_category,
      anon_sym_disabled,
      anon_sym_tags,
      anon_sym_only,
      anon_sym_eol,
      anon_sym_comment,
  [29] = 5,
    ACTIONS(17), 1,
      sym__word,
    ACTIONS(23), 1,
      sym_fence,
    STATE(5), 2,
      sym_entry,
      aux_sym_header_repeat1,
    STATE(42), 2,
      sym_key,
      sym_unknown_key,
    ACTIONS(21), 12,
      anon_sym_name,
      anon_sym_id,
      anon_sym_filter,
      anon_sym_actions,
      anon_sym_context,
      anon_sym_type,
      anon_sym_category,
      anon_sym_disabled,
      anon_sym_tags,
      anon_sym_only,
      anon_sym_eol,
      anon_sym_comment,
  [58] = 5,
    ACTIONS(27), 1,
      aux_sym_entry_token1,
    ACTIONS(29), 1,
      sym_value,
    ACTIONS(31), 1,
      sym_continuation,
    STATE(12), 1,
      aux_sym_entry_repeat1,
    ACTIONS(25), 14,
      sym_fence,
      anon_sym_name,
      anon_sym_id,
      anon_sym_filter,
      anon_sym_actions,
      anon_sym_context,
      anon_sym_type,
      anon_sym_category,
      anon_sym_disabled,
      anon_sym_tags,
      anon_sym_only,
      anon_sym_eol,
      anon_sym_comment,
      sym__word,
  [87] = 5,
    ACTIONS(33), 1,
      sym__word,
    ACTIONS(36), 1,
      sym_fence,
    STATE(5), 2,
      sym_entry,
      aux_sym_header_repeat1,
    STATE(42), 2,
      sym_key,
      sym_unknown_key,
    ACTIONS(38), 12,
      anon_sym_name,
      anon_sym_id,
      anon_sym_filter,
      anon_sym_actions,
      anon_sym_context,
      anon_sym_type,
      anon_sym_category,
      anon_sym_disabled,
      anon_sym_tags,
      anon_sym_only,
      anon_sym_eol,
      anon_sym_comment,
  [116] = 5,
    ACTIONS(43), 1,
      sym_fence,
    ACTIONS(45), 1,
      sym_value,
    ACTIONS(47), 1,
      sym_continuation,
    STATE(17), 1,
      aux_sym_entry_repeat1,
    ACTIONS(41), 13,
      anon_sym_name,
      anon_sym_id,
      anon_sym_filter,
      anon_sym_actions,
      anon_sym_context,
      anon_sym_type,
      anon_sym_category,
      anon_sym_disabled,
      anon_sym_tags,
      anon_sym_only,
      anon_sym_eol,
      anon_sym_comment,
      sym__word,
  [144] = 9,
    ACTIONS(7), 1,
      anon_sym_BANG,
    ACTIONS(9), 1,
      anon_sym_LPAREN,
    ACTIONS(13), 1,
      sym_root,
    ACTIONS(15), 1,
      sym_string,
    ACTIONS(49), 1,
      ts_builtin_sym_end,
    STATE(21), 1,
      sym_path,
    STATE(32), 1,
      sym__operand,
    ACTIONS(11), 2,
      anon_sym_true,
      anon_sym_false,
    STATE(36), 8,
      sym__condition,
      sym_or,
      sym_and,
      sym_not,
      sym_group,
      sym_boolean,
      sym_comparison,
      sym_call,
  [180] = 8,
    ACTIONS(7), 1,
      anon_sym_BANG,
    ACTIONS(9), 1,
      anon_sym_LPAREN,
    ACTIONS(13), 1,
      sym_root,
    ACTIONS(15), 1,
      sym_string,
    STATE(21), 1,
      sym_path,
    STATE(32), 1,
      sym__operand,
    ACTIONS(11), 2,
      anon_sym_true,
      anon_sym_false,
    STATE(27), 8,
      sym__condition,
      sym_or,
      sym_and,
      sym_not,
      sym_group,
      sym_boolean,
      sym_comparison,
      sym_call,
  [213] = 8,
    ACTIONS(7), 1,
      anon_sym_BANG,
    ACTIONS(9), 1,
      anon_sym_LPAREN,
    ACTIONS(13), 1,
      sym_root,
    ACTIONS(15), 1,
      sym_string,
    STATE(21), 1,
      sym_path,
    STATE(32), 1,
      sym__operand,
    ACTIONS(11), 2,
      anon_sym_true,
      anon_sym_false,
    STATE(30), 8,
      sym__condition,
      sym_or,
      sym_and,
      sym_not,
      sym_group,
      sym_boolean,
      sym_comparison,
      sym_call,
  [246] = 8,
    ACTIONS(7), 1,
      anon_sym_BANG,
    ACTIONS(9), 1,
      anon_sym_LPAREN,
    ACTIONS(13), 1,
      sym_root,
    ACTIONS(15), 1,
      sym_string,
    STATE(21), 1,
      sym_path,
    STATE(32), 1,
      sym__operand,
    ACTIONS(11), 2,
      anon_sym_true,
      anon_sym_false,
    STATE(35), 8,
      sym__condition,
      sym_or,
      sym_and,
      sym_not,
      sym_group,
      sym_boolean,
      sym_comparison,
      sym_call,
  [279] = 8,
    ACTIONS(7), 1,
      anon_sym_BANG,
    ACTIONS(9), 1,
      anon_sym_LPAREN,
    ACTIONS(13), 1,
      sym_root,
    ACTIONS(15), 1,
      sym_string,
    STATE(21), 1,
      sym_path,
    STATE(32), 1,
      sym__operand,
    ACTIONS(11), 2,
      anon_sym_true,
      anon_sym_false,
    STATE(26), 8,
      sym__condition,
      sym_or,
      sym_and,
      sym_not,
      sym_group,
      sym_boolean,
      sym_comparison,
      sym_call,
  [312] = 4,
    ACTIONS(43), 1,
      sym_fence,
    ACTIONS(51), 1,
      sym_continuation,
    STATE(13), 1,
      aux_sym_entry_repeat1,
    ACTIONS(41), 13,
      anon_sym_name,
      anon_sym_id,
      anon_sym_filter,
      anon_sym_actions,
      anon_sym_context,
      anon_sym_type,
      anon_sym_category,
      anon_sym_disabled,
      anon_sym_tags,
      anon_sym_only,
      anon_sym_eol,
      anon_sym_comment,
      sym__word,
  [337] = 4,
    ACTIONS(55), 1,
      sym_fence,
    ACTIONS(57), 1,
      sym_continuation,
    STATE(13), 1,
      aux_sym_entry_repeat1,
    ACTIONS(53), 13,
      anon_sym_name,
      anon_sym_id,
      anon_sym_filter,
      anon_sym_actions,
      anon_sym_context,
      anon_sym_type,
      anon_sym_category,
      anon_sym_disabled,
      anon_sym_tags,
      anon_sym_only,
      anon_sym_eol,
      anon_sym_comment,
      sym__word,
  [362] = 4,
    ACTIONS(62), 1,
      sym_fence,
    ACTIONS(64), 1,
      sym_continuation,
    STATE(18), 1,
      aux_sym_entry_repeat1,
    ACTIONS(60), 13,
      anon_sym_name,
      anon_sym_id,
      anon_sym_filter,
      anon_sym_actions,
      anon_sym_context,
      anon_sym_type,
      anon_sym_category,
      anon_sym_disabled,
      anon_sym_tags,
      anon_sym_only,
      anon_sym_eol,
      anon_sym_comment,
      sym__word,
  [387] = 4,
    ACTIONS(51), 1,
      sym_continuation,
    ACTIONS(68), 1,
      sym_fence,
    STATE(13), 1,
      aux_sym_entry_repeat1,
    ACTIONS(66), 13,
      anon_sym_name,
      anon_sym_id,
      anon_sym_filter,
      anon_sym_actions,
      anon_sym_context,
      anon_sym_type,
      anon_sym_category,
      anon_sym_disabled,
      anon_sym_tags,
      anon_sym_only,
      anon_sym_eol,
      anon_sym_comment,
      sym__word,
  [412] = 4,
    ACTIONS(72), 1,
      sym_fence,
    ACTIONS(74), 1,
      sym_continuation,
    STATE(15), 1,
      aux_sym_entry_repeat1,
    ACTIONS(70), 13,
      anon_sym_name,
      anon_sym_id,
      anon_sym_filter,
      anon_sym_actions,
      anon_sym_context,
      anon_sym_type,
      anon_sym_category,
      anon_sym_disabled,
      anon_sym_tags,
      anon_sym_only,
      anon_sym_eol,
      anon_sym_comment,
      sym__word,
  [437] = 4,
    ACTIONS(51), 1,
      sym_continuation,
    ACTIONS(78), 1,
      sym_fence,
    STATE(13), 1,
      aux_sym_entry_repeat1,
    ACTIONS(76), 13,
      anon_sym_name,
      anon_sym_id,
      anon_sym_filter,
      anon_sym_actions,
      anon_sym_context,
      anon_sym_type,
      anon_sym_category,
      anon_sym_disabled,
      anon_sym_tags,
      anon_sym_only,
      anon_sym_eol,
      anon_sym_comment,
      sym__word,
  [462] = 4,
    ACTIONS(51), 1,
      sym_continuation,
    ACTIONS(82), 1,
      sym_fence,
    STATE(13), 1,
      aux_sym_entry_repeat1,
    ACTIONS(80), 13,
      anon_sym_name,
      anon_sym_id,
      anon_sym_filter,
      anon_sym_actions,
      anon_sym_context,
      anon_sym_type,
      anon_sym_category,
      anon_sym_disabled,
      anon_sym_tags,
      anon_sym_only,
      anon_sym_eol,
      anon_sym_comment,
      sym__word,
  [487] = 2,
    ACTIONS(86), 2,
      anon_sym_EQ,
      anon_sym_BANG_EQ,
    ACTIONS(84), 11,
      ts_builtin_sym_end,
      anon_sym_or,
      anon_sym_PIPE_PIPE,
      anon_sym_and,
      anon_sym_AMP_AMP,
      anon_sym_RPAREN,
      anon_sym_EQ_EQ,
      anon_sym_BANG_EQ_EQ,
      anon_sym_like,
      anon_sym_matches,
      anon_sym_DOT,
  [505] = 2,
    ACTIONS(90), 2,
      anon_sym_EQ,
      anon_sym_BANG_EQ,
    ACTIONS(88), 11,
      ts_builtin_sym_end,
      anon_sym_or,
      anon_sym_PIPE_PIPE,
      anon_sym_and,
      anon_sym_AMP_AMP,
      anon_sym_RPAREN,
      anon_sym_EQ_EQ,
      anon_sym_BANG_EQ_EQ,
      anon_sym_like,
      anon_sym_matches,
      anon_sym_DOT,
  [523] = 3,
    ACTIONS(96), 1,
      anon_sym_DOT,
    ACTIONS(92), 2,
      anon_sym_EQ,
      anon_sym_BANG_EQ,
    ACTIONS(94), 4,
      anon_sym_EQ_EQ,
      anon_sym_BANG_EQ_EQ,
      anon_sym_like,
      anon_sym_matches,
  [537] = 1,
    ACTIONS(98), 7,
      ts_builtin_sym_end,
      anon_sym_BANG,
      anon_sym_LPAREN,
      anon_sym_true,
      anon_sym_false,
      sym_root,
      sym_string,
  [547] = 1,
    ACTIONS(100), 7,
      ts_builtin_sym_end,
      anon_sym_BANG,
      anon_sym_LPAREN,
      anon_sym_true,
      anon_sym_false,
      sym_root,
      sym_string,
  [557] = 2,
    ACTIONS(102), 1,
      anon_sym_DOT,
    ACTIONS(94), 6,
      ts_builtin_sym_end,
      anon_sym_or,
      anon_sym_PIPE_PIPE,
      anon_sym_and,
      anon_sym_AMP_AMP,
      anon_sym_RPAREN,
  [569] = 1,
    ACTIONS(104), 6,
      ts_builtin_sym_end,
      anon_sym_or,
      anon_sym_PIPE_PIPE,
      anon_sym_and,
      anon_sym_AMP_AMP,
      anon_sym_RPAREN,
  [578] = 2,
    ACTIONS(108), 2,
      anon_sym_and,
      anon_sym_AMP_AMP,
    ACTIONS(106), 4,
      ts_builtin_sym_end,
      anon_sym_or,
      anon_sym_PIPE_PIPE,
      anon_sym_RPAREN,
  [589] = 1,
    ACTIONS(110), 6,
      ts_builtin_sym_end,
      anon_sym_or,
      anon_sym_PIPE_PIPE,
      anon_sym_and,
      anon_sym_AMP_AMP,
      anon_sym_RPAREN,
  [598] = 1,
    ACTIONS(112), 6,
      ts_builtin_sym_end,
      anon_sym_or,
      anon_sym_PIPE_PIPE,
      anon_sym_and,
      anon_sym_AMP_AMP,
      anon_sym_RPAREN,
  [607] = 1,
    ACTIONS(114), 6,
      ts_builtin_sym_end,
      anon_sym_or,
      anon_sym_PIPE_PIPE,
      anon_sym_and,
      anon_sym_AMP_AMP,
      anon_sym_RPAREN,
  [616] = 1,
    ACTIONS(116), 6,
      ts_builtin_sym_end,
      anon_sym_or,
      anon_sym_PIPE_PIPE,
      anon_sym_and,
      anon_sym_AMP_AMP,
      anon_sym_RPAREN,
  [625] = 1,
    ACTIONS(118), 6,
      ts_builtin_sym_end,
      anon_sym_or,
      anon_sym_PIPE_PIPE,
      anon_sym_and,
      anon_sym_AMP_AMP,
      anon_sym_RPAREN,
  [634] = 3,
    ACTIONS(120), 2,
      anon_sym_EQ,
      anon_sym_BANG_EQ,
    ACTIONS(122), 2,
      anon_sym_EQ_EQ,
      anon_sym_BANG_EQ_EQ,
    ACTIONS(124), 2,
      anon_sym_like,
      anon_sym_matches,
  [647] = 1,
    ACTIONS(126), 6,
      ts_builtin_sym_end,
      anon_sym_or,
      anon_sym_PIPE_PIPE,
      anon_sym_and,
      anon_sym_AMP_AMP,
      anon_sym_RPAREN,
  [656] = 3,
    ACTIONS(49), 1,
      ts_builtin_sym_end,
    ACTIONS(108), 2,
      anon_sym_and,
      anon_sym_AMP_AMP,
    ACTIONS(128), 2,
      anon_sym_or,
      anon_sym_PIPE_PIPE,
  [668] = 3,
    ACTIONS(130), 1,
      anon_sym_RPAREN,
    ACTIONS(108), 2,
      anon_sym_and,
      anon_sym_AMP_AMP,
    ACTIONS(128), 2,
      anon_sym_or,
      anon_sym_PIPE_PIPE,
  [680] = 3,
    ACTIONS(132), 1,
      ts_builtin_sym_end,
    ACTIONS(108), 2,
      anon_sym_and,
      anon_sym_AMP_AMP,
    ACTIONS(128), 2,
      anon_sym_or,
      anon_sym_PIPE_PIPE,
  [692] = 4,
    ACTIONS(13), 1,
      sym_root,
    ACTIONS(134), 1,
      sym_string,
    STATE(24), 1,
      sym_path,
    STATE(29), 1,
      sym__operand,
  [705] = 3,
    ACTIONS(136), 1,
      sym_function,
    ACTIONS(138), 1,
      sym_property,
    ACTIONS(140), 1,
      sym_custom_property,
  [715] = 2,
    ACTIONS(142), 1,
      anon_sym_RPAREN,
    ACTIONS(144), 1,
      sym_string,
  [722] = 1,
    ACTIONS(140), 2,
      sym_property,
      sym_custom_property,
  [727] = 1,
    ACTIONS(146), 1,
      ts_builtin_sym_end,
  [731] = 1,
    ACTIONS(148), 1,
      anon_sym_COLON,
  [735] = 1,
    ACTIONS(150), 1,
      anon_sym_COLON,
  [739] = 1,
    ACTIONS(134), 1,
      sym_string,
  [743] = 1,
    ACTIONS(152), 1,
      anon_sym_RPAREN,
  [747] = 1,
    ACTIONS(154), 1,
      anon_sym_COLON,
};

static const uint32_t ts_small_parse_table_map[] = {
  [SMALL_STATE(2)] = 0,
  [SMALL_STATE(3)] = 29,
  [SMALL_STATE(4)] = 58,
  [SMALL_STATE(5)] = 87,
  [SMALL_STATE(6)] = 116,
  [SMALL_STATE(7)] = 144,
  [SMALL_STATE(8)] = 180,
  [SMALL_STATE(9)] = 213,
  [SMALL_STATE(10)] = 246,
  [SMALL_STATE(11)] = 279,
  [SMALL_STATE(12)] = 312,
  [SMALL_STATE(13)] = 337,
  [SMALL_STATE(14)] = 362,
  [SMALL_STATE(15)] = 387,
  [SMALL_STATE(16)] = 412,
  [SMALL_STATE(17)] = 437,
  [SMALL_STATE(18)] = 462,
  [SMALL_STATE(19)] = 487,
  [SMALL_STATE(20)] = 505,
  [SMALL_STATE(21)] = 523,
  [SMALL_STATE(22)] = 537,
  [SMALL_STATE(23)] = 547,
  [SMALL_STATE(24)] = 557,
  [SMALL_STATE(25)] = 569,
  [SMALL_STATE(26)] = 578,
  [SMALL_STATE(27)] = 589,
  [SMALL_STATE(28)] = 598,
  [SMALL_STATE(29)] = 607,
  [SMALL_STATE(30)] = 616,
  [SMALL_STATE(31)] = 625,
  [SMALL_STATE(32)] = 634,
  [SMALL_STATE(33)] = 647,
  [SMALL_STATE(34)] = 656,
  [SMALL_STATE(35)] = 668,
  [SMALL_STATE(36)] = 680,
  [SMALL_STATE(37)] = 692,
  [SMALL_STATE(38)] = 705,
  [SMALL_STATE(39)] = 715,
  [SMALL_STATE(40)] = 722,
  [SMALL_STATE(41)] = 727,
  [SMALL_STATE(42)] = 731,
  [SMALL_STATE(43)] = 735,
  [SMALL_STATE(44)] = 739,
  [SMALL_STATE(45)] = 743,
  [SMALL_STATE(46)] = 747,
};

static const TSParseActionEntry ts_parse_actions[] = {
  [0] = {.entry = {.count = 0, .reusable = false}},
  [1] = {.entry = {.count = 1, .reusable = false}}, RECOVER(),
  [3] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_source_file, 0, 0, 0),
  [5] = {.entry = {.count = 1, .reusable = true}}, SHIFT(2),
  [7] = {.entry = {.count = 1, .reusable = true}}, SHIFT(8),
  [9] = {.entry = {.count = 1, .reusable = true}}, SHIFT(10),
  [11] = {.entry = {.count = 1, .reusable = true}}, SHIFT(25),
  [13] = {.entry = {.count = 1, .reusable = true}}, SHIFT(19),
  [15] = {.entry = {.count = 1, .reusable = true}}, SHIFT(32),
  [17] = {.entry = {.count = 1, .reusable = false}}, SHIFT(46),
  [19] = {.entry = {.count = 1, .reusable = true}}, SHIFT(22),
  [21] = {.entry = {.count = 1, .reusable = false}}, SHIFT(43),
  [23] = {.entry = {.count = 1, .reusable = true}}, SHIFT(23),
  [25] = {.entry = {.count = 1, .reusable = false}}, REDUCE(sym_entry, 2, 0, 1),
  [27] = {.entry = {.count = 1, .reusable = false}}, SHIFT(6),
  [29] = {.entry = {.count = 1, .reusable = false}}, SHIFT(14),
  [31] = {.entry = {.count = 1, .reusable = false}}, SHIFT(12),
  [33] = {.entry = {.count = 2, .reusable = false}}, REDUCE(aux_sym_header_repeat1, 2, 0, 0), SHIFT_REPEAT(46),
  [36] = {.entry = {.count = 1, .reusable = true}}, REDUCE(aux_sym_header_repeat1, 2, 0, 0),
  [38] = {.entry = {.count = 2, .reusable = false}}, REDUCE(aux_sym_header_repeat1, 2, 0, 0), SHIFT_REPEAT(43),
  [41] = {.entry = {.count = 1, .reusable = false}}, REDUCE(sym_entry, 3, 0, 1),
  [43] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_entry, 3, 0, 1),
  [45] = {.entry = {.count = 1, .reusable = false}}, SHIFT(16),
  [47] = {.entry = {.count = 1, .reusable = false}}, SHIFT(17),
  [49] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_source_file, 1, 0, 0),
  [51] = {.entry = {.count = 1, .reusable = false}}, SHIFT(13),
  [53] = {.entry = {.count = 1, .reusable = false}}, REDUCE(aux_sym_entry_repeat1, 2, 0, 0),
  [55] = {.entry = {.count = 1, .reusable = true}}, REDUCE(aux_sym_entry_repeat1, 2, 0, 0),
  [57] = {.entry = {.count = 2, .reusable = false}}, REDUCE(aux_sym_entry_repeat1, 2, 0, 0), SHIFT_REPEAT(13),
  [60] = {.entry = {.count = 1, .reusable = false}}, REDUCE(sym_entry, 3, 0, 3),
  [62] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_entry, 3, 0, 3),
  [64] = {.entry = {.count = 1, .reusable = false}}, SHIFT(18),
  [66] = {.entry = {.count = 1, .reusable = false}}, REDUCE(sym_entry, 5, 0, 4),
  [68] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_entry, 5, 0, 4),
  [70] = {.entry = {.count = 1, .reusable = false}}, REDUCE(sym_entry, 4, 0, 4),
  [72] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_entry, 4, 0, 4),
  [74] = {.entry = {.count = 1, .reusable = false}}, SHIFT(15),
  [76] = {.entry = {.count = 1, .reusable = false}}, REDUCE(sym_entry, 4, 0, 1),
  [78] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_entry, 4, 0, 1),
  [80] = {.entry = {.count = 1, .reusable = false}}, REDUCE(sym_entry, 4, 0, 3),
  [82] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_entry, 4, 0, 3),
  [84] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_path, 1, 0, 0),
  [86] = {.entry = {.count = 1, .reusable = false}}, REDUCE(sym_path, 1, 0, 0),
  [88] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_path, 3, 0, 0),
  [90] = {.entry = {.count = 1, .reusable = false}}, REDUCE(sym_path, 3, 0, 0),
  [92] = {.entry = {.count = 1, .reusable = false}}, REDUCE(sym__operand, 1, 0, 0),
  [94] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym__operand, 1, 0, 0),
  [96] = {.entry = {.count = 1, .reusable = true}}, SHIFT(38),
  [98] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_header, 2, 0, 0),
  [100] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_header, 3, 0, 0),
  [102] = {.entry = {.count = 1, .reusable = true}}, SHIFT(40),
  [104] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_boolean, 1, 0, 0),
  [106] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_or, 3, 0, 0),
  [108] = {.entry = {.count = 1, .reusable = true}}, SHIFT(9),
  [110] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_not, 2, 0, 0),
  [112] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_group, 3, 0, 0),
  [114] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_comparison, 3, 0, 2),
  [116] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_and, 3, 0, 0),
  [118] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_call, 4, 0, 0),
  [120] = {.entry = {.count = 1, .reusable = false}}, SHIFT(37),
  [122] = {.entry = {.count = 1, .reusable = true}}, SHIFT(37),
  [124] = {.entry = {.count = 1, .reusable = true}}, SHIFT(44),
  [126] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_call, 5, 0, 0),
  [128] = {.entry = {.count = 1, .reusable = true}}, SHIFT(11),
  [130] = {.entry = {.count = 1, .reusable = true}}, SHIFT(28),
  [132] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_source_file, 2, 0, 0),
  [134] = {.entry = {.count = 1, .reusable = true}}, SHIFT(29),
  [136] = {.entry = {.count = 1, .reusable = true}}, SHIFT(39),
  [138] = {.entry = {.count = 1, .reusable = false}}, SHIFT(20),
  [140] = {.entry = {.count = 1, .reusable = true}}, SHIFT(20),
  [142] = {.entry = {.count = 1, .reusable = true}}, SHIFT(31),
  [144] = {.entry = {.count = 1, .reusable = true}}, SHIFT(45),
  [146] = {.entry = {.count = 1, .reusable = true}},  ACCEPT_INPUT(),
  [148] = {.entry = {.count = 1, .reusable = true}}, SHIFT(4),
  [150] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_key, 1, 0, 0),
  [152] = {.entry = {.count = 1, .reusable = true}}, SHIFT(33),
  [154] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_unknown_key, 1, 0, 0),
};

#ifdef __cplusplus
extern "C" {
#endif
#ifdef TREE_SITTER_HIDE_SYMBOLS
#define TS_PUBLIC
#elif defined(_WIN32)
#define TS_PUBLIC __declspec(dllexport)
#else
#define TS_PUBLIC __attribute__((visibility("default")))
#endif

TS_PUBLIC const TSLanguage *tree_sitter_qrule(void) {
  static const TSLanguage language = {
    .version = LANGUAGE_VERSION,
    .symbol_count = SYMBOL_COUNT,
    .alias_count = ALIAS_COUNT,
    .token_count = TOKEN_COUNT,
    .external_token_count = EXTERNAL_TOKEN_COUNT,
    .state_count = STATE_COUNT,
    .large_state_count = LARGE_STATE_COUNT,
    .production_id_count = PRODUCTION_ID_COUNT,
    .field_count = FIELD_COUNT,
    .max_alias_sequence_length = MAX_ALIAS_SEQUENCE_LENGTH,
    .parse_table = &ts_parse_table[0][0],
    .small_parse_table = ts_small_parse_table,
    .small_parse_table_map = ts_small_parse_table_map,
    .parse_actions = ts_parse_actions,
    .symbol_names = ts_symbol_names,
    .field_names = ts_field_names,
    .field_map_slices = ts_field_map_slices,
    .field_map_entries = ts_field_map_entries,
    .symbol_metadata = ts_symbol_metadata,
    .public_symbol_map = ts_symbol_map,
    .alias_map = ts_non_terminal_alias_map,
    .alias_sequences = &ts_alias_sequences[0][0],
    .lex_modes = ts_lex_modes,
    .lex_fn = ts_lex,
    .keyword_lex_fn = ts_lex_keywords,
    .keyword_capture_token = sym__word,
    .primary_state_ids = ts_primary_state_ids,
  };
  return &language;
}
#ifdef __cplusplus
}
#endif
