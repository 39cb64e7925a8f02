"""Kernels of registration: voxels, control points and weights come in; warped voxels, similarities and their gradients go out."""
