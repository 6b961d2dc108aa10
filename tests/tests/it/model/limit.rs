//! The documented limit: money that moves later than the settle time after its answer was lost.

use std::time::Duration;

use kr_billing::{ChargeRequest, Krw, OrderId, OrderName};
use kr_billing_sandbox::{Effect, Fault, Operation};

use super::script::{Pg, Script};
use super::site::{Desk, SETTLE, Site, base_key, buyer};

/// Nobody can know better: V1 does not say how long a request may act after its connection broke. The settle time is the
/// merchant's choice, and this is what it buys.
#[test]
fn money_that_moves_after_the_settle_time_is_beyond_this_design() {
    super::runtime().block_on(async {
        let site = Site::start().await;
        let script = Script {
            pg: Pg::Kcp,
            patient: true,
            sqlite: false,
            attempts: 1,
            places: 8,
            clock_hours: 0,
            shared: false,
            burns: true,
            steps: Vec::new(),
        };
        let desk = Desk {
            journal: site.durable(&script, "limit"),
            watch: Default::default(),
            trouble: Default::default(),
            bed: Default::default(),
        };
        let billing = site.program(&script, &desk, false).await;
        let hour = Duration::from_secs(3_600);
        site.handle().add_fault(Fault::commit_late(Operation::Again, Effect::Drop, SETTLE + hour)).expect("a fault");
        let order = OrderId::new("limit-1").expect("an order id");
        let name = OrderName::new("monthly pass").expect("a name");
        let request = ChargeRequest::by_key(base_key(Pg::Kcp), order, Krw::new(9_900).expect("a sum"), name);
        let told = billing.charge(request.with_buyer(buyer())).await;
        assert!(told.is_err(), "after the settle time silence is taken for proof: {told:?}");
        assert_eq!(site.handle().totals("limit-1").captures, 0);
        site.handle().advance(hour + hour).await;
        assert_eq!(site.handle().totals("limit-1").captures, 1, "the money moved after all");
    });
}
