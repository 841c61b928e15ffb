// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

import java.io.*;
import java.nio.charset.StandardCharsets;
import java.util.*;
import java.util.zip.*;

/** Reads an archive with ZipFile or ZipInputStream: for each entry its name in hexadecimal, its bytes and checksum. */
public class Reader {
  public static void main(String[] arguments) throws IOException {
    PrintStream output = new PrintStream(new BufferedOutputStream(System.out));
    if (arguments[0].equals("stream")) {
      try (ZipInputStream stream =
          new ZipInputStream(new BufferedInputStream(new FileInputStream(arguments[1]), 1 << 16))) {
        for (ZipEntry entry; (entry = stream.getNextEntry()) != null; ) print(entry, stream, output);
      }
    } else {
      try (ZipFile file = new ZipFile(arguments[1])) {
        for (ZipEntry entry : Collections.list(file.entries())) print(entry, file.getInputStream(entry), output);
      }
    }
    output.flush();
  }

  private static void print(ZipEntry entry, InputStream input, PrintStream output) throws IOException {
    byte[] piece = new byte[1 << 16];
    long size = 0;
    CRC32 checksum = new CRC32();
    for (int count; (count = input.read(piece)) >= 0; size += count) checksum.update(piece, 0, count);
    StringBuilder name = new StringBuilder();
    for (byte octet : entry.getName().getBytes(StandardCharsets.UTF_8)) name.append(String.format("%02x", octet));
    output.println(name + " " + size + " " + checksum.getValue());
  }
}
