// Package app wires the house together: configuration, nouns, catalogue, routes, menu. It starts in-process for
// tests as it does for the binary.
package app

import (
	"log/slog"

	"huicun/internal/kit/date"
)

// Config says where the data are and how the server runs. The zero Clock is the system's.
type Config struct {
	DataDir  string // folder of the embedded database and of the key file
	Database string // postgres://…; "" means the embedded database
	Key      string // base64 of 32 bytes that seal personal data; "" means the key file in DataDir
	Secure   bool   // cookies for https only
	Clock    date.Clock
	Log      *slog.Logger
	Version  string // of the program, as exported packages name it
	// MapTiles is the address of a map service's pictures with {z}, {x} and {y} in it, "" for none; MapCredit is who is named for
	// them, MapDatum the system that they show (wgs84 or gcj02).
	MapTiles, MapCredit, MapDatum string
	// LargeFile is the size in bytes above which an uploaded sheet is imported in the background; 0 means 1 MB.
	LargeFile int64
	// LargeBilling is the number of books above which a month's rent is billed in the background; 0 means 30.
	LargeBilling int
}
