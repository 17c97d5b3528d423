"""Best known distances of the instances of Gehring and Homberger (1999) with 200 and 400 customers, in tenths.

The convention is that of the 12th DIMACS Implementation Challenge (2022): distance alone counts, Euclid's, each drive
truncated to one decimal, no more vehicles than the file has. The figures are the best of its final tables. Those that
count vehicles first are others: whoever mixes the two seems to beat the best known by a percent.
"""

# the class and how many hundred customers -> the instances 1 to 10
TENTHS = {
    "c1_2": (26_986, 26_943, 26_758, 26_256, 26_949, 26_949, 26_949, 26_840, 26_396, 26_247),
    "c2_2": (19_221, 18_514, 17_634, 16_950, 18_696, 18_448, 18_422, 18_137, 18_150, 17_912),
    "r1_2": (46_672, 39_199, 33_739, 30_476, 40_532, 35_591, 31_419, 29_384, 37_347, 32_931),
    "r2_2": (34_680, 30_082, 25_375, 19_285, 30_611, 26_754, 23_047, 18_424, 28_433, 25_494),
    "rc1_2": (35_169, 32_216, 30_014, 28_452, 33_256, 33_007, 31_778, 30_600, 30_733, 29_905),
    "rc2_2": (27_974, 24_816, 22_277, 18_548, 24_914, 24_951, 22_877, 21_512, 20_866, 19_892),
    "c1_4": (71_388, 71_133, 69_299, 67_777, 71_388, 71_401, 71_362, 70_830, 69_278, 68_254),
    "c2_4": (41_003, 39_141, 37_552, 35_237, 39_232, 38_601, 38_709, 37_737, 38_421, 36_651),
    "r1_4": (103_058, 88_764, 78_028, 72_690, 91_886, 83_404, 76_028, 72_558, 86_806, 80_864),
    "r2_4": (75_207, 64_828, 53_729, 42_112, 65_679, 58_183, 48_935, 40_010, 60_678, 56_459),
    "rc1_4": (85_240, 78_849, 75_169, 72_953, 81_724, 81_487, 79_354, 77_657, 77_228, 75_853),
    "rc2_4": (61_473, 54_075, 45_730, 35_979, 53_969, 53_320, 49_878, 47_067, 45_104, 42_523),
}


def best_known(name: str) -> int | None:
    """Of `c1_2_3` and the like."""
    kind, _, number = name.rpartition("_")
    rows = TENTHS.get(kind)
    return rows[int(number) - 1] if rows and number.isdigit() and 0 < int(number) <= len(rows) else None
