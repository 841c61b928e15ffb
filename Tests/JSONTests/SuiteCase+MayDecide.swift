// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

extension SuiteCase {
  /// What a parser may accept or refuse: which numbers, encodings and depths it can take. We accept any number (and refuse it
  /// when it is asked for as a type that cannot hold it).
  static let mayDecide: [SuiteCase] = [
    .accepted("i_number_double_huge_neg_exp", "[123.456e-789]"),
    .accepted(
      "i_number_huge_exp",
      "[0.4e00669999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999969999999006]"
    ),
    .accepted("i_number_neg_int_huge_exp", "[-1e+9999]"),
    .accepted("i_number_pos_double_huge_exp", "[1.5e+9999]"),
    .accepted("i_number_real_neg_overflow", "[-123123e100000]"),
    .accepted("i_number_real_pos_overflow", "[123123e100000]"),
    .accepted("i_number_real_underflow", "[123e-10000000]"),
    .accepted("i_number_too_big_neg_int", "[-123123123123123123123123123123]"),
    .accepted("i_number_too_big_pos_int", "[100000000000000000000]"),
    .accepted(
      "i_number_very_big_negative_int", "[-237462374673276894279832749832423479823246327846]"),
    .refused("i_object_key_lone_2nd_surrogate", #"{"\uDFAA":0}"#, .loneSurrogate, at: 2),
    .refused("i_string_1st_surrogate_but_2nd_missing", #"["\uDADA"]"#, .loneSurrogate, at: 2),
    .refused(
      "i_string_1st_valid_surrogate_2nd_invalid", #"["\uD888\u1234"]"#, .loneSurrogate, at: 2),
    .refused(
      "i_string_UTF-16LE_with_BOM",
      [0xff, 0xfe, 0x5b, 0x00, 0x22, 0x00, 0xe9, 0x00, 0x22, 0x00, 0x5d, 0x00],
      .unexpectedByte(0xff), at: 0),
    .refused(
      "i_string_UTF-8_invalid_sequence",
      [0x5b, 0x22, 0xe6, 0x97, 0xa5, 0xd1, 0x88, 0xfa, 0x22, 0x5d], .malformedUTF8, at: 7),
    .refused(
      "i_string_UTF8_surrogate_U+D800", [0x5b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x5d], .malformedUTF8,
      at: 3),
    .refused(
      "i_string_incomplete_surrogate_and_escape_valid", "[\"\\uD800\\n\"]", .loneSurrogate, at: 2),
    .refused("i_string_incomplete_surrogate_pair", #"["\uDd1ea"]"#, .loneSurrogate, at: 2),
    .refused(
      "i_string_incomplete_surrogates_escape_valid", "[\"\\uD800\\uD800\\n\"]", .loneSurrogate,
      at: 2),
    .refused("i_string_invalid_lonely_surrogate", #"["\ud800"]"#, .loneSurrogate, at: 2),
    .refused("i_string_invalid_surrogate", #"["\ud800abc"]"#, .loneSurrogate, at: 2),
    .refused("i_string_invalid_utf-8", [0x5b, 0x22, 0xff, 0x22, 0x5d], .malformedUTF8, at: 2),
    .refused("i_string_inverted_surrogates_U+1D11E", #"["\uDd1e\uD834"]"#, .loneSurrogate, at: 2),
    .refused("i_string_iso_latin_1", [0x5b, 0x22, 0xe9, 0x22, 0x5d], .malformedUTF8, at: 3),
    .refused("i_string_lone_second_surrogate", #"["\uDFAA"]"#, .loneSurrogate, at: 2),
    .refused(
      "i_string_lone_utf8_continuation_byte", [0x5b, 0x22, 0x81, 0x22, 0x5d], .malformedUTF8, at: 2),
    .refused(
      "i_string_not_in_unicode_range", [0x5b, 0x22, 0xf4, 0xbf, 0xbf, 0xbf, 0x22, 0x5d],
      .malformedUTF8, at: 3),
    .refused(
      "i_string_overlong_sequence_2_bytes", [0x5b, 0x22, 0xc0, 0xaf, 0x22, 0x5d], .malformedUTF8,
      at: 2),
    .refused(
      "i_string_overlong_sequence_6_bytes",
      [0x5b, 0x22, 0xfc, 0x83, 0xbf, 0xbf, 0xbf, 0xbf, 0x22, 0x5d], .malformedUTF8, at: 2),
    .refused(
      "i_string_overlong_sequence_6_bytes_null",
      [0x5b, 0x22, 0xfc, 0x80, 0x80, 0x80, 0x80, 0x80, 0x22, 0x5d], .malformedUTF8, at: 2),
    .refused(
      "i_string_truncated-utf-8", [0x5b, 0x22, 0xe0, 0xff, 0x22, 0x5d], .malformedUTF8, at: 3),
    .refused(
      "i_string_utf16BE_no_BOM", [0x00, 0x5b, 0x00, 0x22, 0x00, 0xe9, 0x00, 0x22, 0x00, 0x5d],
      .unexpectedByte(0x0), at: 0),
    .refused(
      "i_string_utf16LE_no_BOM", [0x5b, 0x00, 0x22, 0x00, 0xe9, 0x00, 0x22, 0x00, 0x5d, 0x00],
      .unexpectedByte(0x0), at: 1),
    .refused(
      "i_structure_500_nested_arrays",
      String(repeating: "[", count: 500) + String(repeating: "]", count: 500), .tooDeep(limit: 128),
      at: 128),
    .refused("i_structure_UTF-8_BOM_empty_object", "\u{feff}{}", .byteOrderMark, at: 0),
  ]
}
