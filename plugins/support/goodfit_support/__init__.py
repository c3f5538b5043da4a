"""What a customer support desk brings to goodfit: four tasks, their data, four metrics and two checks."""
