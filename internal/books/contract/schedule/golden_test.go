package schedule

import (
	"huicun/internal/kit/date"
	"huicun/internal/kit/qty"
)

type golden struct {
	file, title string
	versions    []Version
}

// goldens are contracts as they are met in villages.
func goldens() []golden {
	d := date.Must
	one := func(file, title string, t Terms) golden { return golden{file, title, []Version{{Terms: t}}} }
	workshop := Terms{From: d("2021-04-01"), To: d("2024-03-31"), Step: 3, Advance: true, Pay: 75_000_00, Deposit: 50_000_00}
	ended := workshop
	ended.Ended = d("2023-05-20")
	shop := Terms{From: d("2022-01-01"), To: d("2024-12-31"), Step: 6, Advance: true, Pay: 30_000_00}
	cheaper := shop
	cheaper.Pay = 24_000_00
	return []golden{
		one("01-workshop", "厂房，季付先付，三年", workshop),
		{"02-terminated", "厂房，季付先付，期中解除：已开出的不改，多收的退回", []Version{{Terms: workshop}, {Terms: ended, Effective: d("2023-05-21"), Made: d("2023-05-20"), Kept: 9}}},
		one("03-thirty-years", "荒山流转三十年，每五年递增 10%（复利，取整到十元），年付", Terms{
			From: d("2001-01-01"), To: d("2030-12-31"), Step: 12, Advance: true, Pay: 18_800_00, Escalate: Escalation{Every: 60, Percent: 1000, Unit: 1000},
		}),
		one("04-prepaid", "仓库，一次预付五年，其后年付", Terms{
			From: d("2020-07-01"), To: d("2028-06-30"), Step: 12, Advance: true, Pay: 60_000_00, Prepay: 60,
		}),
		one("05-shop-square-metre", "商铺，每平方米每月 32.50 元，免租三个月，季付，每年递增 3%", Terms{
			From: d("2023-03-15"), To: d("2026-03-14"), Step: 3, Advance: true, FreeHead: 3, Price: Price{32_50, 1, qty.Qty{N: 86*qty.One + 5000, Unit: qty.M2}},
			Escalate: Escalation{Every: 12, Percent: 300, Unit: 1}, Deposit: 8_000_00,
		}),
		one("06-land-mu", "土地流转，每亩每年 800 元，自然年付，当年 11 月 30 日前付，首尾按天折算", Terms{
			From: d("2020-10-01"), To: d("2025-09-30"), Step: 12, Calendar: true, Price: Price{800_00, 12, qty.Qty{N: 126*qty.One + 3500, Unit: qty.Mu}}, DueDays: -31,
		}),
		one("07-service-arrears", "物业服务，按月后付，次月 10 日付", Terms{From: d("2024-01-01"), To: d("2024-12-31"), Step: 1, Pay: 12_500_00, DueDay: 10}),
		one("08-calendar-quarter", "门面，自然季付，首尾不足一季按 30/360 折算", Terms{
			From: d("2022-02-16"), To: d("2023-08-31"), Step: 3, Calendar: true, Advance: true, Pay: 9_000_00, Prorate: By360,
		}),
		one("09-rent-free-spans", "旅馆，月付，疫情期间两段免租", Terms{
			From: d("2020-01-01"), To: d("2020-12-31"), Step: 1, Advance: true, Pay: 6_000_00,
			Free: []Span{{d("2020-02-10"), d("2020-03-31")}, {d("2020-07-25"), d("2020-08-05")}},
		}),
		one("10-hand-rates", "鱼塘，分段约定租金，半年付", Terms{
			From: d("2021-01-01"), To: d("2025-12-31"), Step: 6, Pay: 5_000_00, Rates: []Rate{{d("2023-01-01"), 5_800_00}, {d("2025-04-01"), 6_600_00}},
		}),
		one("11-fixed-list", "码头岸线，按付款表付", Terms{
			From: d("2021-06-01"), To: d("2024-05-31"),
			Fixed: []Fixed{{d("2021-06-01"), d("2021-06-10"), 200_000_00}, {d("2022-01-01"), d("2022-01-31"), 350_000_00}, {d("2023-01-01"), d("2023-03-15"), 480_000_00}},
		}),
		one("12-from-the-31st", "宿舍，31 日起租，月付，按整月计", Terms{From: d("2023-10-31"), To: d("2024-03-15"), Step: 1, Pay: 800_00, Prorate: ByMonths}),
		one("13-rise-by-amount", "光伏屋顶，每年加 500 元，头三年不加", Terms{
			From: d("2019-05-01"), To: d("2029-04-30"), Step: 12, Pay: 20_000_00, Escalate: Escalation{First: 36, Every: 12, Amount: 500_00},
		}),
		one("14-rise-of-base", "苗圃，每两年递增基础租金的 5%，半年付，取整到元", Terms{
			From: d("2018-03-01"), To: d("2026-02-28"), Step: 6, Advance: true, Pay: 13_333_00, Escalate: Escalation{Every: 24, Percent: 500, OfBase: true, Unit: 100},
		}),
		{"15-amended", "商铺，租期中间减租：减租日以前不变，已开出的差额退回", []Version{{Terms: shop}, {Terms: cheaper, Effective: d("2023-04-01"), Made: d("2023-03-20"), Kept: 3}}},
		one("16-once", "一次付清的场地使用费，权责按天分摊", Terms{From: d("2024-05-20"), To: d("2026-05-19"), Pay: 36_000_00, Advance: true}),
	}
}
