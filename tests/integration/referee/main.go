// Judge a log with Go's own sumdb/note and sumdb/tlog, which were written without ours in sight.
//
// Reads a question as JSON from stdin; says "accepted" and ends with 0, or why not and ends with 1.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"referee/note"
	"referee/tlog"
)

type question struct {
	Folder  string   // where the log's files are
	Key     string   // its verifier key
	Index   int64    // a leaf
	Proof   []string // its inclusion proof
	Old     int64    // an earlier size
	OldRoot string   // and the root it had
	Growth  []string // the consistency proof from there
}

// files reads tiles from a folder. C2SP's paths are Go's without the tile height.
type files struct{ folder string }

func (f files) Height() int { return 8 }

func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(f.folder, path))
		if err != nil {
			return nil, err
		}
		if len(data) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s has %d bytes", path, len(data))
		}
		all = append(all, data)
	}
	return all, nil
}

func (f files) SaveTiles([]tlog.Tile, [][]byte) {}

func (f files) leaves(size int64) ([][]byte, error) {
	var all [][]byte
	for first := int64(0); first < size; first += 256 {
		width := min(256, size-first)
		tile := tlog.Tile{H: 8, L: 0, N: first / 256, W: int(width)}
		path := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
		data, err := os.ReadFile(filepath.Join(f.folder, path))
		if err != nil {
			return nil, err
		}
		for len(data) >= 2 {
			length := int(binary.BigEndian.Uint16(data))
			if len(data) < 2+length {
				return nil, fmt.Errorf("%s is cut off", path)
			}
			all = append(all, data[2:2+length])
			data = data[2+length:]
		}
	}
	return all, nil
}

func judge(q question) error {
	verifier, err := note.NewVerifier(q.Key)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(filepath.Join(q.Folder, "checkpoint"))
	if err != nil {
		return err
	}
	signed, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		return err
	}
	lines := strings.Split(signed.Text, "\n")
	if lines[0] != verifier.Name() {
		return errors.New("another log's checkpoint")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return err
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, files{q.Folder})
	leaves, err := files{q.Folder}.leaves(size)
	if err != nil {
		return err
	}
	if int64(len(leaves)) != size {
		return fmt.Errorf("%d leaves of %d", len(leaves), size)
	}
	for index, leaf := range leaves {
		hashes, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(index))})
		if err != nil {
			return err
		}
		if hashes[0] != tlog.RecordHash(leaf) {
			return fmt.Errorf("leaf %d is another", index)
		}
	}
	proof, err := parse(q.Proof)
	if err != nil {
		return err
	}
	leaf := tlog.RecordHash(leaves[q.Index])
	if err := tlog.CheckRecord(tlog.RecordProof(proof), size, root, q.Index, leaf); err != nil {
		return err
	}
	growth, err := parse(q.Growth)
	if err != nil {
		return err
	}
	oldRoot, err := tlog.ParseHash(q.OldRoot)
	if err != nil {
		return err
	}
	return tlog.CheckTree(tlog.TreeProof(growth), size, root, q.Old, oldRoot)
}

func parse(texts []string) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, text := range texts {
		data, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(data) != tlog.HashSize {
			return nil, errors.New("no hash")
		}
		hashes = append(hashes, tlog.Hash(data))
	}
	return hashes, nil
}

func main() {
	var q question
	err := json.NewDecoder(os.Stdin).Decode(&q)
	if err == nil {
		err = judge(q)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("accepted")
}
