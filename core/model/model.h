/*
 * core/model - the things a workflow is made of: specification, implementation
 * model, labelled transition system, instance. No files, no stores, no checking.
 */
#ifndef MODEL_H
#define MODEL_H

#include "model/implementation_model.h"
#include "model/instance.h"
#include "model/lts.h"
#include "model/specification.h"

#endif
