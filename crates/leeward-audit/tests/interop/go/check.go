// Has the Go authors' own sumdb/note and sumdb/tlog verify a published log.
//
// check LOG VKEY_FILE [OLD_CHECKPOINT]
package main

import (
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

// tiles reads the tiles of a log. C2SP has no height in their paths.
type tiles struct{ dir string }

func (t tiles) Height() int { return height }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var read [][]byte
	for _, tile := range wanted {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		bytes, err := os.ReadFile(filepath.Join(t.dir, path))
		if err != nil {
			return nil, err
		}
		read = append(read, bytes)
	}
	return read, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// open verifies a checkpoint's signature, and reads what was signed.
func open(file string, known note.Verifiers) tlog.Tree {
	bytes, err := os.ReadFile(file)
	check(err)
	opened, err := note.Open(bytes, known)
	check(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := tlog.ParseHash(lines[2])
	check(err)
	return tlog.Tree{N: size, Hash: root}
}

// entry reads one entry out of its bundle.
func entry(dir string, size, index int64) []byte {
	width := size - index/256*256
	if width > 256 {
		width = 256
	}
	tile := tlog.Tile{H: height, L: 0, N: index / 256, W: int(width)}
	path := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
	bundle, err := os.ReadFile(filepath.Join(dir, path))
	check(err)
	for i := int64(0); i < index%256; i++ {
		bundle = bundle[2+binary.BigEndian.Uint16(bundle):]
	}
	return bundle[2 : 2+binary.BigEndian.Uint16(bundle)]
}

func main() {
	log.SetFlags(0)
	dir := os.Args[1]
	vkey, err := os.ReadFile(os.Args[2])
	check(err)
	verifier, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	check(err)
	known := note.VerifierList(verifier)
	tree := open(filepath.Join(dir, "checkpoint"), known)
	hashes := tlog.TileHashReader(tree, tiles{dir})
	root, err := tlog.TreeHash(tree.N, hashes)
	check(err)
	if root != tree.Hash {
		log.Fatal("the tiles have another root")
	}
	for index := int64(0); index < tree.N; index++ {
		proof, err := tlog.ProveRecord(tree.N, index, hashes)
		check(err)
		check(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry(dir, tree.N, index))))
	}
	fmt.Printf("signature, root, and %d entries by their proofs\n", tree.N)
	for _, file := range os.Args[3:] {
		old := open(file, known)
		proof, err := tlog.ProveTree(tree.N, old.N, hashes)
		check(err)
		check(tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash))
		fmt.Printf("growth from %d entries\n", old.N)
	}
}
