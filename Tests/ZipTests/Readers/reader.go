// SPDX-License-Identifier: BSD-2-Clause
// Copyright (c) 2026, the Serval authors

// Reads an archive with archive/zip: for each entry its name in hexadecimal, its bytes and checksum.
package main

import (
	"archive/zip"
	"bufio"
	"fmt"
	"hash/crc32"
	"io"
	"os"
)

func main() {
	archive, err := zip.OpenReader(os.Args[1])
	check(err)
	output := bufio.NewWriter(os.Stdout)
	for _, entry := range archive.File {
		file, err := entry.Open()
		check(err)
		checksum := crc32.NewIEEE()
		size, err := io.Copy(checksum, file)
		check(err)
		fmt.Fprintf(output, "%x %d %d\n", entry.Name, size, checksum.Sum32())
	}
	output.Flush()
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
