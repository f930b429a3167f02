// Package demo holds Baqiao town's records of 2021, from which its article is reproduced: plain CSV that a
// person can edit. What the article does not give is marked 示例.
package demo

import "embed"

// Baqiao is the folder baqiao.
//
//go:embed baqiao
var Baqiao embed.FS
