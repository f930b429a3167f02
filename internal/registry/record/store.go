package record

import (
	"context"

	"huicun/internal/kit/db"
)

// takeSerial raises a series by one under a row lock and returns the number.
func takeSerial(ctx context.Context, tx *db.Tx, series string) (int64, error) {
	var no int64
	err := tx.QueryRow(ctx, `INSERT INTO serial_no (tenant_id, series, last_no) VALUES ($1, $2, 1)
		ON CONFLICT (tenant_id, series) DO UPDATE SET last_no = serial_no.last_no + 1 RETURNING last_no`, tx.Tenant, series).Scan(&no)
	return no, err
}

// raiseSerial makes sure that a series does not hand out a number that an import has used.
func raiseSerial(ctx context.Context, tx *db.Tx, series string, no int64) error {
	return tx.Exec(ctx, `INSERT INTO serial_no (tenant_id, series, last_no) VALUES ($1, $2, $3)
		ON CONFLICT (tenant_id, series) DO UPDATE SET last_no = CASE WHEN serial_no.last_no < excluded.last_no
		THEN excluded.last_no ELSE serial_no.last_no END`, tx.Tenant, series, no)
}
