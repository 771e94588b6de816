/*
 * link_tld.c - tables of top level domains (IANA's list of 2025: all of countries; of the others those that are in use
 * in China or by senders of unwanted texts). Must not know how texts are read.
 */
#include "policy/link_tld.h"

static const char countries[] =
	"ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bv bw by bz "
	"ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm "
	"fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is "
	"it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm "
	"mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr "
	"ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th "
	"tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw ";

static const char *const generic[] = {
	"academy", "app",     "art",	 "asia",    "auction", "baidu",	  "band",    "bank",	 "beer",   "best",
	"bet",	   "bid",     "bio",	 "biz",	    "blog",    "buzz",	  "cafe",    "cam",	 "cash",   "casino",
	"center",  "cfd",     "chat",	 "city",    "click",   "cloud",	  "club",    "coffee",	 "com",	   "company",
	"cool",	   "credit",  "cyou",	 "date",    "design",  "dev",	  "digital", "download", "edu",	   "email",
	"energy",  "expert",  "express", "fan",	    "fans",    "finance", "fit",     "fun",	 "fund",   "fyi",
	"games",   "gift",    "gold",	 "gov",	    "group",   "guru",	  "host",    "icu",	 "info",   "ink",
	"int",	   "kim",     "law",	 "lat",	    "life",    "link",	  "live",    "loan",	 "loans",  "lol",
	"love",	   "ltd",     "luxe",	 "mba",	    "media",   "men",	  "mil",     "mobi",	 "money",  "name",
	"net",	   "network", "news",	 "ninja",   "one",     "online",  "org",     "page",	 "party",  "plus",
	"poker",   "press",   "pro",	 "pub",	    "quest",   "red",	  "ren",     "rest",	 "review", "run",
	"sale",	   "sbs",     "school",	 "science", "shop",    "show",	  "site",    "ski",	 "social", "space",
	"store",   "stream",  "studio",	 "support", "tax",     "team",	  "tech",    "tel",	 "today",  "tools",
	"top",	   "trade",   "travel",	 "tube",    "video",   "vin",	  "vip",     "wang",	 "watch",  "website",
	"wiki",	   "win",     "work",	 "works",   "world",   "xin",	  "xyz",     "yoga",	 "zone",   NULL};

static const char *const common[] = {"com", "cn",  "net", "org",  "edu", "gov",	 "info",   "biz",  "top",
				     "vip", "xyz", "cc",  "shop", "icu", "club", "online", "site", NULL};

static const char *const chinese[] = {
	"中国", "中國",	    "公司", "网络",   "網絡",	"网址",	  "网店",   "網店", "网站", "商城", "商店",
	"商标", "在线",	    "在線", "中文网", "中文網", "集团",	  "我爱你", "移动", "政务", "公益", "手机",
	"招聘", "企业",	    "信息", "娱乐",   "娛樂",	"游戏",	  "遊戲",   "时尚", "购物", "餐厅", "餐廳",
	"香港", "台湾",	    "台灣", "澳门",   "澳門",	"新加坡", "八卦",   "广东", "佛山", "世界", "健康",
	"慈善", "组织机构", "机构", "政府",   "网絡",	"食品",	  "酒店",   "珠宝", "点看", "通販", NULL};

static bool among(const char *const *list, struct view label)
{
	for (; label.n > 0 && *list; list++) {
		const char *s = *list;
		if (s[0] == (char)label.p[0] && strlen(s) == label.n && memcmp(s, label.p, label.n) == 0)
			return true;
	}
	return false;
}

bool link_tld_known(struct view label)
{
	if (label.n == 2) {
		for (const char *c = countries; *c; c += 3) {
			if (c[0] == (char)label.p[0] && c[1] == (char)label.p[1])
				return true;
		}
	}
	if (label.n > 4 && memcmp(label.p, "xn--", 4) == 0)
		return true;
	return among(generic, label) || among(chinese, label);
}

bool link_tld_common(struct view label)
{
	return among(common, label);
}

bool link_tld_begins(struct view label)
{
	for (const char *const *c = chinese; *c; c++) {
		size_t n = strlen(*c);
		if (n <= label.n && memcmp(*c, label.p, n) == 0)
			return true;
	}
	return false;
}
