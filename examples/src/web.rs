//! Serving an example's pages.

use axum::Router;
use tokio::net::TcpListener;

use crate::Trouble;

/// Serves at the address that `LISTEN` names, or at a port of 127.0.0.1 that everybody can remember. Port 0 takes a free one.
///
/// # Errors
/// The address cannot be listened on.
pub async fn serve(app: Router) -> Result<(), Trouble> {
    let address = std::env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    let listener = TcpListener::bind(&address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
