//! Which Regions can reach each other over which links: reachability, and routes over made-up links.

use super::RegionId;
use crate::sim::Span;
use petgraph::algo::dijkstra;
use petgraph::graph::{DiGraph, NodeIndex};

/// The Regions and their links, each with its mean one-way delay.
#[derive(Clone, Debug)]
pub struct Topology {
    graph: DiGraph<RegionId, Span>,
}

impl Topology {
    /// Regions without any link.
    pub fn new(regions: usize) -> Topology {
        let mut graph = DiGraph::with_capacity(regions, regions * regions);
        for region in 0..regions {
            graph.add_node(RegionId(region as u8));
        }
        Topology { graph }
    }

    /// Adds a directed link.
    pub fn link(&mut self, from: RegionId, to: RegionId, one_way: Span) {
        self.graph.update_edge(NodeIndex::new(from.index()), NodeIndex::new(to.index()), one_way);
    }

    /// The delay of the fastest way, over any number of links; `None` if there is no way.
    pub fn route(&self, from: RegionId, to: RegionId) -> Option<Span> {
        let (start, goal) = (NodeIndex::new(from.index()), NodeIndex::new(to.index()));
        dijkstra(&self.graph, start, Some(goal), |link| *link.weight()).get(&goal).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fastest_way_may_have_more_links() {
        let mut topology = Topology::new(4);
        let mut link = |from, to, ms| topology.link(RegionId(from), RegionId(to), Span::millis(ms));
        link(0, 1, 50);
        link(0, 2, 10);
        link(2, 1, 20);
        assert_eq!(topology.route(RegionId(0), RegionId(1)), Some(Span::millis(30)));
        assert_eq!(topology.route(RegionId(1), RegionId(0)), None, "links are directed");
        assert_eq!(topology.route(RegionId(0), RegionId(3)), None);
    }
}
