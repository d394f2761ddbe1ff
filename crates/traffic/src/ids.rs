//! Typed ids: a place in the network's arrays. What there is none of is `NONE`.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// No such thing.
            pub const NONE: Self = Self(u32::MAX);

            /// The id at a place.
            pub fn at(place: usize) -> Self {
                Self(u32::try_from(place).unwrap_or(u32::MAX))
            }

            /// Its place in the arrays.
            #[inline]
            pub fn i(self) -> usize {
                self.0 as usize
            }

            /// Whether there is one.
            #[inline]
            pub fn is_some(self) -> bool {
                self.0 != u32::MAX
            }
        }
    )*};
}

ids! {
    /// A link: lanes side by side from one junction to the next, or a path across a junction's interior.
    LinkId,
    /// A lane of a link.
    LaneId,
    /// A movement: the way from the end of one lane to the start of another.
    MovementId,
    /// A junction.
    JunctionId,
    /// A signal: what shows lights to movements.
    SignalId,
    /// A vehicle of the demand.
    VehicleId,
    /// A car: a vehicle's place among those that are on the road or about to be. It may change from step to step.
    CarId,
    /// A route that vehicles share.
    RouteId,
}
