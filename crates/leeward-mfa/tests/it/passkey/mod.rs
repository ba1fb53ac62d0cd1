mod decoys;
mod device;
mod hostile;
mod races;
mod sign_in;
mod software;
mod support;
mod vectors;
