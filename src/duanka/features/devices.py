"""All features asked of devices and places: sharing, hopping, change of control, abroad."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duanka.features import flags as f
from duanka.features import kernel
from duanka.features.spec import WINDOWS, Aggregate

if TYPE_CHECKING:
    from duanka.features.spec import Family

SLOW = ("1d", "7d", "30d", "90d")

USES: tuple[Aggregate, ...] = (
    Aggregate("device_distinct", "distinct", SLOW, "使用的不同设备数", "distinct devices used", "device", f.IN),
    Aggregate("device_first_count", "count", ("7d", "30d", "90d"), "换用新设备次数", "changes to a device new to the card", "device", f.FIRST),
    Aggregate("device_crowd", "largest", SLOW, "同一设备上其他持卡人数", "other holders seen on the card's device", "device", 0, value="crowd"),
    Aggregate("shared_first_count", "count", ("7d", "30d", "90d"), "转到多人共用设备次数", "moves to a device that serves other holders", "device", f.FIRST | f.SHARED),
    Aggregate("network_crowd", "largest", ("1d", "30d"), "同一网络上其他卡数", "other cards seen on the card's network", "device", 0, value="gather"),
    Aggregate("abroad_count", "count", ("7d", "30d", "90d"), "境外使用次数", "uses abroad", "device", f.ABROAD),
    Aggregate("use_night_count", "count", ("7d", "90d"), "夜间登录次数", "uses at night", "rhythm", f.NIGHT),
    Aggregate("use_count", "count", SLOW, "设备使用次数", "uses on a device", "rhythm", 0),
)  # fmt: skip
USE_LAYOUT, USE_NAMES = kernel.compile_layout(USES, contact_count=16, stem="device_")
USE_SCALARS: dict[str, tuple[str, str, Family]] = {
    "device_since_last_s": ("最近登录距今(秒)", "seconds since the last use", "rhythm"),
    "device_contacts_full": ("用过的设备数已达上限", "the memory of devices is full", "device"),
}

PLACES: tuple[Aggregate, ...] = (
    Aggregate("region_distinct", "distinct", ("1d", "7d", "30d"), "出现的不同地区数", "distinct regions seen", "device", f.IN),
)  # fmt: skip
PLACE_LAYOUT, PLACE_NAMES = kernel.compile_layout(PLACES, contact_count=16, stem="place_")

# Who else is on the device, on the network: asked of the device and of the network, not of the card.
HOSTS: tuple[Aggregate, ...] = (
    Aggregate("guest_distinct", "distinct", ("30d",), "不同使用者数", "distinct guests", "device", f.IN),
)  # fmt: skip
NETWORKS: tuple[Aggregate, ...] = (
    Aggregate("guest_distinct", "distinct", ("1d",), "不同使用者数", "distinct guests", "device", f.IN),
)  # fmt: skip
ON_DEVICE, ON_NETWORK = (WINDOWS[of[0].windows[0]] for of in (HOSTS, NETWORKS))
