//! The contract of kr-billing: BillingGateway, domain types, outcomes and errors
