"""A process that watches the cluster itself and tells Prometheus: lag of every group of the
catalog, sizes and throughput of its topics, replicas. It reads no record and joins no group.

`ClusterLook` asks the cluster once; `Exporter` does so again and again, and survives outages.
"""

from headrace.exporter.exporter import Exporter
from headrace.exporter.look import ClusterLook

__all__ = ["ClusterLook", "Exporter"]
