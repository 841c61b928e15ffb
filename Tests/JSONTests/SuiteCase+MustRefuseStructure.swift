// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension SuiteCase {
  /// What every parser has to refuse: strings and structure.
  static let mustRefuseStructure: [SuiteCase] = [
    .refused("n_single_space", " ", .unexpectedEnd, at: 1),
    .refused("n_string_1_surrogate_then_escape", #"["\uD800\"]"#, .loneSurrogate, at: 2),
    .refused("n_string_1_surrogate_then_escape_u", #"["\uD800\u"]"#, .malformedEscape, at: 8),
    .refused("n_string_1_surrogate_then_escape_u1", #"["\uD800\u1"]"#, .malformedEscape, at: 8),
    .refused("n_string_1_surrogate_then_escape_u1x", #"["\uD800\u1x"]"#, .malformedEscape, at: 8),
    .refused("n_string_accentuated_char_no_quotes", "[\u{e9}]", .unexpectedByte(0xc3), at: 1),
    .refused(
      "n_string_backslash_00", [0x5b, 0x22, 0x5c, 0x00, 0x22, 0x5d], .malformedEscape, at: 2),
    .refused("n_string_escape_x", #"["\x00"]"#, .malformedEscape, at: 2),
    .refused("n_string_escaped_backslash_bad", #"["\\\"]"#, .unexpectedEnd, at: 7),
    .refused("n_string_escaped_ctrl_char_tab", "[\"\\\t\"]", .malformedEscape, at: 2),
    .refused("n_string_escaped_emoji", "[\"\\\u{1f300}\"]", .malformedEscape, at: 2),
    .refused("n_string_incomplete_escape", #"["\"]"#, .unexpectedEnd, at: 5),
    .refused("n_string_incomplete_escaped_character", #"["\u00A"]"#, .malformedEscape, at: 2),
    .refused("n_string_incomplete_surrogate", #"["\uD834\uDd"]"#, .malformedEscape, at: 8),
    .refused(
      "n_string_incomplete_surrogate_escape_invalid", #"["\uD800\uD800\x"]"#, .loneSurrogate, at: 2),
    .refused(
      "n_string_invalid-utf-8-in-escape", [0x5b, 0x22, 0x5c, 0x75, 0xe5, 0x22, 0x5d],
      .malformedEscape, at: 2),
    .refused("n_string_invalid_backslash_esc", #"["\a"]"#, .malformedEscape, at: 2),
    .refused("n_string_invalid_unicode_escape", #"["\uqqqq"]"#, .malformedEscape, at: 2),
    .refused(
      "n_string_invalid_utf8_after_escape", [0x5b, 0x22, 0x5c, 0xe5, 0x22, 0x5d], .malformedEscape,
      at: 2),
    .refused(
      "n_string_leading_uescaped_thinspace", #"[\u0020"asd"]"#, .unexpectedByte(0x5c), at: 1),
    .refused("n_string_no_quotes_with_bad_escape", "[\\n]", .unexpectedByte(0x5c), at: 1),
    .refused("n_string_single_doublequote", "\"", .unexpectedEnd, at: 1),
    .refused("n_string_single_quote", "['single quote']", .unexpectedByte(0x27), at: 1),
    .refused("n_string_single_string_no_double_quotes", "abc", .unknownWord, at: 0),
    .refused("n_string_start_escape_unclosed", #"["\"#, .unexpectedEnd, at: 3),
    .refused(
      "n_string_unescaped_ctrl_char", [0x5b, 0x22, 0x61, 0x00, 0x61, 0x22, 0x5d],
      .controlCharacter(0x0), at: 3),
    .refused("n_string_unescaped_newline", "[\"new\nline\"]", .controlCharacter(0xa), at: 5),
    .refused("n_string_unescaped_tab", "[\"\t\"]", .controlCharacter(0x9), at: 2),
    .refused("n_string_unicode_CapitalU", "\"\\UA66D\"", .malformedEscape, at: 1),
    .refused("n_string_with_trailing_garbage", "\"\"x", .textAfterValue, at: 2),
    .refused(
      "n_structure_100000_opening_arrays", String(repeating: "[", count: 100_000),
      .tooDeep(limit: 128), at: 128),
    .refused("n_structure_U+2060_word_joined", "[\u{2060}]", .unexpectedByte(0xe2), at: 1),
    .refused("n_structure_UTF8_BOM_no_data", "\u{feff}", .byteOrderMark, at: 0),
    .refused("n_structure_angle_bracket_.", "<.>", .unexpectedByte(0x3c), at: 0),
    .refused("n_structure_angle_bracket_null", "[<null>]", .unexpectedByte(0x3c), at: 1),
    .refused("n_structure_array_trailing_garbage", "[1]x", .textAfterValue, at: 3),
    .refused("n_structure_array_with_extra_array_close", "[1]]", .textAfterValue, at: 3),
    .refused("n_structure_array_with_unclosed_string", #"["asd]"#, .unexpectedEnd, at: 6),
    .refused("n_structure_ascii-unicode-identifier", "a\u{e5}", .unknownWord, at: 0),
    .refused("n_structure_capitalized_True", "[True]", .unknownWord, at: 1),
    .refused("n_structure_close_unopened_array", "1]", .textAfterValue, at: 1),
    .refused("n_structure_comma_instead_of_closing_brace", #"{"x": true,"#, .unexpectedEnd, at: 11),
    .refused("n_structure_double_array", "[][]", .textAfterValue, at: 2),
    .refused("n_structure_end_array", "]", .unexpectedByte(0x5d), at: 0),
    .refused(
      "n_structure_incomplete_UTF8_BOM", [0xef, 0xbb, 0x7b, 0x7d], .unexpectedByte(0xef), at: 0),
    .refused("n_structure_lone-invalid-utf-8", [0xe5], .unexpectedByte(0xe5), at: 0),
    .refused("n_structure_lone-open-bracket", "[", .unexpectedEnd, at: 1),
    .refused("n_structure_no_data", "", .unexpectedEnd, at: 0),
    .refused(
      "n_structure_null-byte-outside-string", [0x5b, 0x00, 0x5d], .unexpectedByte(0x0), at: 1),
    .refused("n_structure_number_with_trailing_garbage", "2@", .textAfterValue, at: 1),
    .refused("n_structure_object_followed_by_closing_object", "{}}", .textAfterValue, at: 2),
    .refused("n_structure_object_unclosed_no_value", #"{"":"#, .unexpectedEnd, at: 4),
    .refused(
      "n_structure_object_with_comment", #"{"a":/*comment*/"b"}"#, .unexpectedByte(0x2f), at: 5),
    .refused(
      "n_structure_object_with_trailing_garbage", #"{"a": true} "x""#, .textAfterValue, at: 12),
    .refused("n_structure_open_array_apostrophe", "['", .unexpectedByte(0x27), at: 1),
    .refused("n_structure_open_array_comma", "[,", .unexpectedByte(0x2c), at: 1),
    .refused(
      "n_structure_open_array_object", String(repeating: "[{\"\":", count: 50_000) + "\n",
      .tooDeep(limit: 128), at: 320),
    .refused("n_structure_open_array_open_object", "[{", .unexpectedEnd, at: 2),
    .refused("n_structure_open_array_open_string", #"["a"#, .unexpectedEnd, at: 3),
    .refused("n_structure_open_array_string", #"["a""#, .unexpectedEnd, at: 4),
    .refused("n_structure_open_object", "{", .unexpectedEnd, at: 1),
    .refused("n_structure_open_object_close_array", "{]", .unexpectedByte(0x5d), at: 1),
    .refused("n_structure_open_object_comma", "{,", .unexpectedByte(0x2c), at: 1),
    .refused("n_structure_open_object_open_array", "{[", .unexpectedByte(0x5b), at: 1),
    .refused("n_structure_open_object_open_string", #"{"a"#, .unexpectedEnd, at: 3),
    .refused(
      "n_structure_open_object_string_with_apostrophes", "{'a'", .unexpectedByte(0x27), at: 1),
    .refused("n_structure_open_open", #"["\{["\{["\{["\{"#, .malformedEscape, at: 2),
    .refused("n_structure_single_eacute", [0xe9], .unexpectedByte(0xe9), at: 0),
    .refused("n_structure_single_star", "*", .unexpectedByte(0x2a), at: 0),
    .refused("n_structure_trailing_#", #"{"a":"b"}#{}"#, .textAfterValue, at: 9),
    .refused("n_structure_uescaped_LF_before_string", #"[\u000A""]"#, .unexpectedByte(0x5c), at: 1),
    .refused("n_structure_unclosed_array", "[1", .unexpectedEnd, at: 2),
    .refused("n_structure_unclosed_array_partial_null", "[ false, nul", .unexpectedEnd, at: 12),
    .refused("n_structure_unclosed_array_unfinished_false", "[ true, fals", .unexpectedEnd, at: 12),
    .refused("n_structure_unclosed_array_unfinished_true", "[ false, tru", .unexpectedEnd, at: 12),
    .refused("n_structure_unclosed_object", #"{"asd":"asd""#, .unexpectedEnd, at: 12),
    .refused("n_structure_unicode-identifier", "\u{e5}", .unexpectedByte(0xc3), at: 0),
    .refused(
      "n_structure_whitespace_U+2060_word_joiner", "[\u{2060}]", .unexpectedByte(0xe2), at: 1),
    .refused("n_structure_whitespace_formfeed", "[\u{c}]", .unexpectedByte(0xc), at: 1),
  ]
}
