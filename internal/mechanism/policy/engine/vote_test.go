package engine

import "testing"

func TestVotes(t *testing.T) {
	for _, x := range []struct {
		vote                Vote
		due, present, agree int
		fails               string
	}{
		{Vote{Present: ">1/2", Agree: ">1/2"}, 40, 21, 11, ""},
		{Vote{Present: ">1/2", Agree: ">1/2"}, 40, 20, 20, "present"},
		{Vote{Present: ">1/2", Agree: ">1/2"}, 40, 36, 18, "agree"},
		{Vote{Present: "≥2/3", Agree: ">=2/3", Of: "due"}, 30, 20, 20, ""},
		{Vote{Present: "≥2/3", Agree: "≥2/3", Of: "due"}, 30, 29, 19, "agree"},
		{Vote{Present: "≥2/3", Agree: "≥4/5", Of: "present"}, 30, 20, 15, "agree"},
	} {
		r, err := x.vote.Read()
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := r.Fails(x.due, x.present, x.agree); got != x.fails {
			t.Errorf("%+v of %d, %d, %d: %q, want %q", x.vote, x.due, x.present, x.agree, got, x.fails)
		}
	}
	for _, bad := range []Vote{{Present: "1/2", Agree: ">1/2"}, {Present: ">1", Agree: ">1/2"}, {Present: ">1/2", Agree: "≥3/2"}, {Present: ">1/2", Agree: ">1/2", Of: "members"}, {}} {
		if _, err := bad.Read(); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
	r, _ := (&Vote{Present: ">1/2", Agree: "≥2/3", Of: "due", Basis: "章程"}).Read()
	if got := r.Words(); got != "到会应为应到人数的过半数，同意应为应到人数的2/3 以上（章程）" {
		t.Error(got)
	}
}
