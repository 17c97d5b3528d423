"""How customers write what the rules know in standard Chinese: old characters, words of dialects, usual slips of the
pen. Pure. Every replacement is as long as what it replaces, so places in the text stay true."""

_OLD = (
    "氣機開頭風熱凍濕櫃門鎖燈閃壞響聲轉動點著爐滅煙電視遙壓縮脫進來過還沒這個們時間發現顯錯誤報連網線裝設備買賣換維護請問見聽說話對應該幾"
    "兩邊裡裏麼樣為無東車給讓從後廳廚衛陽臺溫調製結軟蔥魚鮮雞塊鹼澀濾緊鬆斷續閥龍漲錢費單約師務難聞壺燒關鍵鈕觸螢藍語聯絡雲廠號碼會員當夠麥"
)
_NEW = (
    "气机开头风热冻湿柜门锁灯闪坏响声转动点着炉灭烟电视遥压缩脱进来过还没这个们时间发现显错误报连网线装设备买卖换维护请问见听说话对应该几"
    "两边里里么样为无东车给让从后厅厨卫阳台温调制结软葱鱼鲜鸡块碱涩滤紧松断续阀龙涨钱费单约师务难闻壶烧关键钮触荧蓝语联络云厂号码会员当够麦"
)
_SPOKEN = {
    "冇": "没",
    "唔": "不",
    "咗": "了",
    "嘅": "的",
    "啲": "些",
    "嘢": "货",
    "睇": "看",
    "俺": "我",
    "佢": "它",
}
_SIGNS = str.maketrans(dict(zip(_OLD, _NEW, strict=True)) | _SPOKEN)
_SLIPS = {
    "没得": "没有",
    "反映": "反应",
    "摇控": "遥控",
    "跳咋": "跳闸",
    "跳匝": "跳闸",
    "油烟鸡": "油烟机",
    "洗衣鸡": "洗衣机",
    "洗衣几": "洗衣机",
    "洗衣及": "洗衣机",
    "冰相": "冰箱",
    "冰厢": "冰箱",
    "空凋": "空调",
    "空条": "空调",
    "热水气": "热水器",
    "煤汽": "煤气",
    "燃汽": "燃气",
    "制泠": "制冷",
    "致冷": "制冷",
    "治冷": "制冷",
    "至冷": "制冷",
    "拖水": "脱水",
    "甩甘": "甩干",
    "甩赶": "甩干",
    "嘀水": "滴水",
    "吸油烟几": "吸油烟机",
    "咔嗒": "咔哒",
    "嗒嗒": "哒哒",
    "遥控板": "遥控器",
}


def standard(text: str) -> str:
    """The text in the characters and words that the rules are written in, as long as before."""
    text = text.translate(_SIGNS)
    for slip, meant in _SLIPS.items():
        if slip in text:
            text = text.replace(slip, meant)
    return text
