"""Medians of ratios of pairs that were measured next to each other, and how far to trust them."""
import random
import statistics

RESAMPLES = 10_000


def interval(groups, seed=1, resamples=RESAMPLES):
    """Bootstrap 95 % interval of the median over all groups' ratios.

    A group is one start of the servers. Groups are drawn first, then pairs within a group: what the JIT decided
    at one start is shared by all its pairs, and pairs drawn alone would hide that.
    """
    groups = [group for group in groups if group]
    source = random.Random(seed)
    medians = sorted(statistics.median(ratio
                                       for group in source.choices(groups, k=len(groups))
                                       for ratio in source.choices(group, k=len(group)))
                     for _ in range(resamples))
    return medians[int(0.025 * resamples)], medians[int(0.975 * resamples)]


def median(groups):
    return statistics.median(ratio for group in groups for ratio in group)


def spread(groups):
    """Lowest and highest median of a start."""
    medians = [statistics.median(group) for group in groups if group]
    return min(medians), max(medians)
