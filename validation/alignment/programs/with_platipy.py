"""platipy's demons in its own environment: FIXED MOVING OUT.mha come in; its displacement field goes out. Default settings."""

import sys

import SimpleITK as sitk
from platipy.imaging.registration.deformable import fast_symmetric_forces_demons_registration

fixed, moving = (sitk.ReadImage(path, sitk.sitkFloat32) for path in sys.argv[1:3])
_, _, field = fast_symmetric_forces_demons_registration(fixed, moving, ncores=2)
sitk.WriteImage(sitk.Cast(field, sitk.sitkVectorFloat32), sys.argv[3])
