//! One HTTP client for the PortOne V1 REST API, generic over a payment gateway's facts
