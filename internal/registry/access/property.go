package access

// What becomes of property after its card is made.
var propertyKinds = []string{"asset_change", "stocktake", "stocktake_line", "disposal", "asset_rule", "asset_funding", "village_outline", "asset_alteration"}

// What a village's bookkeeper does of it, what the township's accountant does besides, and what is decided by either the
// accountant or the secretary; that nobody decides on what he or she submitted is the slices' to see to.
var (
	propertyWorked  = perms([]string{Edit}, []string{"stocktake", "stocktake_line", "disposal", "asset_funding", "asset_alteration"})
	propertyKept    = perms([]string{Edit}, propertyKinds)
	propertyDecided = perms([]string{Approve}, []string{"stocktake", "disposal", "asset_alteration"})
)
